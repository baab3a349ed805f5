using PhoneAgent.Core.Agents;

namespace PhoneAgent.Handlers.Voice;

/// <summary>What happens to a call whose stream ended. A closed set.</summary>
public abstract record CallDecision
{
    private CallDecision()
    {
    }

    /// <summary>The row of the decision table it comes from.</summary>
    public required DecisionRow Row { get; init; }

    /// <summary>How a dialled transfer ended, when this is the first to know: to be logged before the answer.</summary>
    public string? TransferOutcome { get; init; }

    /// <summary>There is no call any more: an empty response.</summary>
    public sealed record DoNothing : CallDecision;

    /// <summary>The call ends.</summary>
    public sealed record HangUp : CallDecision;

    /// <summary>The caller is told that the agent cannot be reached, then connected to the fallback number, or the call ends.</summary>
    public sealed record Apologise : CallDecision;

    /// <summary>The agent's stream is connected again.</summary>
    /// <param name="Attempt">The number of the stream that is offered.</param>
    /// <param name="PauseSeconds">Silence before it.</param>
    public sealed record Connect(int Attempt, int PauseSeconds = 0) : CallDecision;

    /// <summary>A person is dialled.</summary>
    /// <param name="Target">The target's name in the agent profile.</param>
    /// <param name="Person">Its number and how it is dialled.</param>
    /// <param name="TimeLimitSeconds">What is left of the call's allowance, or the target's own limit when that is shorter.</param>
    /// <param name="AlreadyDialed">Whether an earlier answer said the same: the webhook is repeated.</param>
    public sealed record Dial(string Target, TransferTarget Person, int TimeLimitSeconds, bool AlreadyDialed) : CallDecision;
}

/// <summary>The rows of the decision table; the first that matches decides.</summary>
public enum DecisionRow
{
    /// <summary>CallStatus is not in-progress.</summary>
    NotInProgress,

    /// <summary>The person took the call, and it is over.</summary>
    TransferCompleted,

    /// <summary>The log cannot be read.</summary>
    LogUnavailable,

    /// <summary>The owner had the call removed: it cannot go on without what bounds it.</summary>
    Removed,

    /// <summary>The call is older than Relay__MaxCallMinutes.</summary>
    TooOld,

    /// <summary>The call has had as many streams as it may.</summary>
    TooManyAttempts,

    /// <summary>The newest stream that ended was the last: the agent hung up, a limit, an idle caller.</summary>
    Finished,

    /// <summary>The person could not be reached, or did not take the call.</summary>
    TransferFailed,

    /// <summary>The newest stream offered never started.</summary>
    NeverStarted,

    /// <summary>As before, too many in a row.</summary>
    NeverStartedTooOften,

    /// <summary>The agent asked for a transfer.</summary>
    TransferAsked,

    /// <summary>The agent asked for a transfer that is not allowed.</summary>
    TransferRefused,

    /// <summary>The relay gave the call up for another replica.</summary>
    HandedOver,

    /// <summary>Gemini cannot be reached.</summary>
    GeminiUnavailable,

    /// <summary>The stream was lost, or no end was logged.</summary>
    StreamLost,

    /// <summary>As before, too many in a short time.</summary>
    StreamLostTooOften,
}

/// <summary>What Twilio says when it asks.</summary>
/// <param name="CallStatus">The call's status.</param>
/// <param name="DialCallStatus">The outcome of the <c>Dial</c> that ended; null when none did.</param>
/// <param name="DialBridged">Whether the dialled person was connected to the caller; null when Twilio does not say.</param>
public sealed record StreamEndedFields(string? CallStatus, string? DialCallStatus, bool? DialBridged = null);

/// <summary>How far a call may go.</summary>
/// <param name="MaxAge">Over all its streams.</param>
public sealed record CallLimits(TimeSpan MaxAge)
{
    /// <summary>Streams a call may be offered.</summary>
    public int MaxAttempts { get; init; } = 12;

    /// <summary>Transfers a call may have dialled.</summary>
    public int MaxTransfers { get; init; } = 3;
}
