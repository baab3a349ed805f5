namespace PhoneAgent.Core.Calls;

/// <summary>Who speaks.</summary>
public enum Speaker
{
    /// <summary>The person on the phone.</summary>
    Caller,

    /// <summary>The model.</summary>
    Agent,
}

/// <summary>One turn of the conversation.</summary>
/// <param name="At">When it was logged.</param>
/// <param name="Speaker">Who spoke.</param>
/// <param name="Text">What was said; for the agent, what was generated.</param>
/// <param name="HeardText">The part of the agent's turn that the caller heard; null for the caller.</param>
/// <param name="GeneratedMs">Milliseconds of the agent's speech generated; null for the caller.</param>
/// <param name="HeardMs">Milliseconds of the agent's speech heard; null for the caller.</param>
/// <param name="Since">When it began, as far as is known: see <see cref="CallerSaid"/> and <see cref="AgentSaid"/>.</param>
/// <param name="ResponseMs">How long the caller waited for the agent's turn; see <see cref="AgentSaid"/>.</param>
public sealed record SpokenTurn(
    DateTimeOffset At, Speaker Speaker, string Text, string? HeardText = null, int? GeneratedMs = null, int? HeardMs = null, DateTimeOffset? Since = null, int? ResponseMs = null);

/// <summary>The caller cut the agent off.</summary>
/// <param name="At">When.</param>
/// <param name="HeardMs">Milliseconds of the agent's turn that had been heard.</param>
/// <param name="GeneratedMs">Milliseconds of it that had been generated.</param>
public sealed record Interruption(DateTimeOffset At, int HeardMs, int GeneratedMs);

/// <summary>The caller pressed a key.</summary>
/// <param name="At">When.</param>
/// <param name="Digit">One of <c>0-9*#A-D</c>.</param>
public sealed record KeyPress(DateTimeOffset At, string Digit);

/// <summary>Another agent took over within a stream.</summary>
/// <param name="At">When.</param>
/// <param name="Agent">Name of its profile.</param>
public sealed record AgentChange(DateTimeOffset At, string Agent);

/// <summary>One function the model called.</summary>
/// <param name="At">When it was answered.</param>
/// <param name="Name">The function's name.</param>
/// <param name="Outcome">What the answer was.</param>
/// <param name="DurationMs">Milliseconds from the call to its answer.</param>
public sealed record ToolUse(DateTimeOffset At, string Name, ToolOutcome Outcome, int DurationMs);

/// <summary>One thing that happened to the connection to Gemini.</summary>
/// <param name="At">When.</param>
/// <param name="Cause">Why.</param>
/// <param name="Continuation">What the new connection began with; null when the agent was only told by text to go on.</param>
/// <param name="Ms">Milliseconds without a connection; for a text, of silence before it.</param>
public sealed record SessionChange(DateTimeOffset At, SessionTrouble Cause, SessionContinuation? Continuation, int Ms);

/// <summary>One transfer the agent asked for.</summary>
/// <param name="Target">The target's name in the agent profile.</param>
/// <param name="Reason">Why, in the model's words.</param>
/// <param name="RequestedAt">When the agent asked.</param>
/// <param name="DialedAt">When the handlers answered the TwiML that dials; null when they have not, or refused.</param>
/// <param name="Outcome">Twilio's <c>DialCallStatus</c>, <c>refused</c> or <c>declined</c>; null while it goes on.</param>
/// <param name="Accepted">What the dialled person answered when asked whether they take the call; null when they did not, or were not asked.</param>
public sealed record CallTransfer(string Target, string Reason, DateTimeOffset RequestedAt, DateTimeOffset? DialedAt = null, string? Outcome = null, bool? Accepted = null)
{
    /// <summary>The outcome of a transfer that was not even dialled: unknown target, or one too many.</summary>
    public const string Refused = "refused";

    /// <summary>The outcome of a transfer whose dialled person answered the phone, but did not take the call.</summary>
    public const string Declined = "declined";

    /// <summary>Twilio's outcome of a transfer that was answered and is over.</summary>
    public const string Completed = "completed";
}

/// <summary>What it took to summarise the call.</summary>
/// <param name="At">When the model answered.</param>
/// <param name="Model">The text model.</param>
/// <param name="Tokens">What it took in and gave, by its own count; text alone.</param>
public sealed record SummaryUsage(DateTimeOffset At, string? Model, TokenUsage Tokens);

/// <summary>One status callback.</summary>
/// <param name="At">When it arrived.</param>
/// <param name="SequenceNumber">Twilio's order.</param>
/// <param name="Status">Twilio's <c>CallStatus</c>.</param>
/// <param name="DurationSeconds">Twilio's <c>CallDuration</c>.</param>
/// <param name="AnsweredBy">Twilio's <c>AnsweredBy</c>.</param>
public sealed record StatusReport(DateTimeOffset At, int SequenceNumber, string Status, int? DurationSeconds, string? AnsweredBy);

/// <summary>The machine that answered an outbound call.</summary>
/// <param name="At">When.</param>
/// <param name="AnsweredBy">Twilio's <c>AnsweredBy</c>.</param>
/// <param name="MessageSpoken">Whether the request's message was left.</param>
public sealed record VoicemailAnswer(DateTimeOffset At, string AnsweredBy, bool MessageSpoken);

/// <summary>What Twilio had against a stream.</summary>
/// <param name="At">When it was reported.</param>
/// <param name="StreamSid">Twilio's StreamSid.</param>
/// <param name="Error">Twilio's words.</param>
public sealed record StreamError(DateTimeOffset At, string StreamSid, string Error);
