using System.Text.Json.Serialization;

namespace PhoneAgent.Core.Calls;

/// <summary>
/// What is known of a call: the fold of its events. The handlers decide by it, and the owner sees it as JSON; what only
/// the decision needs, nonces above all, is left out there.
/// </summary>
public sealed record CallRecord
{
    /// <summary>The call.</summary>
    public required CallSid CallSid { get; init; }

    /// <summary>When the first thing was known of it; null for a call without events.</summary>
    public DateTimeOffset? BeganAt { get; init; }

    /// <summary>Twilio's <c>Direction</c>; null until the call was received.</summary>
    public string? Direction { get; init; }

    /// <summary>The calling number as Twilio gave it.</summary>
    [JsonPropertyName("from")]
    public string? Caller { get; init; }

    /// <summary>The called number as Twilio gave it.</summary>
    [JsonPropertyName("to")]
    public string? Called { get; init; }

    /// <summary>Name of the agent profile that takes the call.</summary>
    public string? Agent { get; init; }

    /// <summary>The outbound request that placed the call; null for an inbound call.</summary>
    public string? RequestId { get; init; }

    /// <summary>What the outbound request wants the agent to know: a JSON object as text, see <see cref="CallReceived"/>; null when there is nothing.</summary>
    public string? Context { get; init; }

    /// <summary>The machine that answered an outbound call; null when a person did, or nobody asked.</summary>
    public VoicemailAnswer? Voicemail { get; init; }

    /// <summary>Twilio's newest <c>CallStatus</c>, by its sequence number; null before the first callback.</summary>
    public string? Status => Statuses is [.., var newest] ? newest.Status : null;

    /// <summary>Seconds the call lasted, once Twilio said so.</summary>
    public int? DurationSeconds => Statuses.LastOrDefault(one => one.DurationSeconds is not null)?.DurationSeconds;

    /// <summary>How the newest stream ended; null while it goes on, or when its end was never logged.</summary>
    public AttemptEnd? End => Attempts is [.., var newest] ? newest.End : null;

    /// <summary>The streams of the call, by number.</summary>
    public IReadOnlyList<CallAttempt> Attempts { get; init; } = [];

    /// <summary>What was said, in order.</summary>
    public IReadOnlyList<SpokenTurn> Transcript { get; init; } = [];

    /// <summary>The keys the caller pressed, in order.</summary>
    public string Digits { get; init; } = "";

    /// <summary>The functions the model called, in order.</summary>
    public IReadOnlyList<ToolUse> Tools { get; init; } = [];

    /// <summary>The transfers that were asked for, in order.</summary>
    public IReadOnlyList<CallTransfer> Transfers { get; init; } = [];

    /// <summary>Status callbacks by Twilio's sequence number.</summary>
    public IReadOnlyList<StatusReport> Statuses { get; init; } = [];

    /// <summary>What Twilio had against the call's streams, in order.</summary>
    public IReadOnlyList<StreamError> StreamErrors { get; init; } = [];

    /// <summary>The figures of all streams together; tokens are those of the newest Gemini session of each.</summary>
    public StreamFigures Figures { get; init; } = new();

    /// <summary>The newest stream the handlers offered: the one that decisions look at.</summary>
    [JsonIgnore]
    public CallAttempt? NewestOffered => Attempts.LastOrDefault(attempt => attempt.OfferedAt is not null);

    /// <summary>Whether the call is known to have ended.</summary>
    [JsonIgnore]
    public bool IsOver => Statuses.Any(one => CallStatuses.IsFinal(one.Status)) || End?.Reason.IsFinal() == true;

    /// <summary>Folds the events of a call, in the order they were stored.</summary>
    public static CallRecord From(CallSid callSid, IEnumerable<CallEvent> events)
    {
        var fold = new CallRecordFold();
        foreach (var one in events)
        {
            fold.Add(one);
        }

        return fold.Finish(callSid);
    }
}

/// <summary>One stream of a call.</summary>
/// <param name="Number">Counts from 1.</param>
public sealed record CallAttempt(int Number)
{
    /// <summary>Name of the agent profile offered with it.</summary>
    public string? Agent { get; init; }

    /// <summary>When its TwiML was answered; null for a stream the log knows from the relay alone.</summary>
    public DateTimeOffset? OfferedAt { get; init; }

    /// <summary>The newest offer: the same attempt is offered twice when two webhooks raced.</summary>
    [JsonIgnore]
    public StreamOffered? Offer { get; init; }

    /// <summary>When the relay accepted it.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Twilio's StreamSid.</summary>
    public string? StreamSid { get; init; }

    /// <summary>When the relay gave it up for another replica.</summary>
    public DateTimeOffset? HandedOverAt { get; init; }

    /// <summary>The transfer its agent asked for.</summary>
    [JsonIgnore]
    public CallTransfer? Transfer { get; init; }

    /// <summary>How it ended; null while it goes on, or when its end was never logged.</summary>
    public AttemptEnd? End { get; init; }

    /// <summary>Whether the relay ever had it.</summary>
    [JsonIgnore]
    public bool Started => StartedAt is not null || HandedOverAt is not null || Transfer is not null || End is not null;
}

/// <summary>How a stream ended.</summary>
/// <param name="At">When.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">The cause in words, without content of the call.</param>
/// <param name="Figures">What was counted.</param>
public sealed record AttemptEnd(DateTimeOffset At, EndReason Reason, string? Detail, StreamFigures Figures);

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
public sealed record SpokenTurn(DateTimeOffset At, Speaker Speaker, string Text, string? HeardText = null, int? GeneratedMs = null, int? HeardMs = null);

/// <summary>One function the model called.</summary>
/// <param name="At">When it was answered.</param>
/// <param name="Name">The function's name.</param>
/// <param name="Outcome">What the answer was.</param>
/// <param name="DurationMs">Milliseconds from the call to its answer.</param>
public sealed record ToolUse(DateTimeOffset At, string Name, ToolOutcome Outcome, int DurationMs);

/// <summary>One transfer the agent asked for.</summary>
/// <param name="Target">The target's name in the agent profile.</param>
/// <param name="Reason">Why, in the model's words.</param>
/// <param name="RequestedAt">When the agent asked.</param>
/// <param name="DialedAt">When the handlers answered the TwiML that dials; null when they have not, or refused.</param>
/// <param name="Outcome">Twilio's <c>DialCallStatus</c>, or <c>refused</c>; null while it goes on.</param>
public sealed record CallTransfer(string Target, string Reason, DateTimeOffset RequestedAt, DateTimeOffset? DialedAt = null, string? Outcome = null)
{
    /// <summary>The outcome of a transfer that was not even dialled: unknown target, or one too many.</summary>
    public const string Refused = "refused";

    /// <summary>Twilio's outcome of a transfer that was answered and is over.</summary>
    public const string Completed = "completed";
}

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

/// <summary>How the owner sees a record: camelCase, enums as words.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CallRecord))]
public sealed partial class CallRecordJson : JsonSerializerContext;
