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

    /// <summary>When it ended: by Twilio's word, else by the end of the stream the call ended with; null while it goes on.</summary>
    public DateTimeOffset? EndedAt => Statuses.FirstOrDefault(one => CallStatuses.IsFinal(one.Status))?.At ?? (End?.Reason.IsFinal() == true ? End.At : null);

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

    /// <summary>The same keys, each with its time.</summary>
    public IReadOnlyList<KeyPress> Keys { get; init; } = [];

    /// <summary>Where the caller cut the agent off, in order.</summary>
    public IReadOnlyList<Interruption> Interruptions { get; init; } = [];

    /// <summary>The functions the model called, in order.</summary>
    public IReadOnlyList<ToolUse> Tools { get; init; } = [];

    /// <summary>What happened to the connections to Gemini, in order.</summary>
    public IReadOnlyList<SessionChange> Sessions { get; init; } = [];

    /// <summary>The transfers that were asked for, in order.</summary>
    public IReadOnlyList<CallTransfer> Transfers { get; init; } = [];

    /// <summary>Status callbacks by Twilio's sequence number.</summary>
    public IReadOnlyList<StatusReport> Statuses { get; init; } = [];

    /// <summary>What Twilio had against the call's streams, in order.</summary>
    public IReadOnlyList<StreamError> StreamErrors { get; init; } = [];

    /// <summary>The agents that took over from one another within a stream, in order.</summary>
    public IReadOnlyList<AgentChange> AgentChanges { get; init; } = [];

    /// <summary>How loud both sides were, in order; for the report alone.</summary>
    [JsonIgnore]
    public IReadOnlyList<LoudnessNoted> Loudness { get; init; } = [];

    /// <summary>The figures of all streams together.</summary>
    public StreamFigures Figures { get; init; } = new();

    /// <summary>
    /// What Gemini's tokens cost in US dollars, by <see cref="ModelPrices"/>, notes of a long call and its summary included; null when a model has no
    /// known price. The telephone is not in it.
    /// </summary>
    public decimal? EstimatedCostUsd => Attempts.Select(attempt => attempt.EstimatedCostUsd).Append(SummaryCostUsd).Aggregate((decimal?)0, (sum, one) => sum + one);

    /// <summary>When the owner had the call removed; then nothing else is known of it.</summary>
    [JsonIgnore]
    public DateTimeOffset? RemovedAt { get; init; }

    /// <summary>Name of the agent profile that has the call now: the one its newest stream was offered with, or the last that took over in it.</summary>
    [JsonIgnore]
    public string? CurrentAgent => NewestOffered is { } newest ? newest.LastAgent ?? newest.Agent : Agent;

    /// <summary>What a model made of the transcript after the call; null when none was asked, or it failed.</summary>
    public CallSummary? Summary { get; init; }

    /// <summary>What that took, also when its answer was of no use; null when the model was not asked, did not answer or told no tokens.</summary>
    public SummaryUsage? SummaryUsage { get; init; }

    /// <summary>What was noted of the beginning of a long call, for relays only; null when nothing was.</summary>
    [JsonIgnore]
    public NotedBeginning? Noted { get; init; }

    /// <summary>With what the agent can go on in another stream. Holds a handle, and is for relays only.</summary>
    [JsonIgnore]
    public CarriedSession Carried { get; init; } = CarriedSession.None;

    /// <summary>The newest stream the handlers offered: the one that decisions look at.</summary>
    [JsonIgnore]
    public CallAttempt? NewestOffered => Attempts.LastOrDefault(attempt => attempt.OfferedAt is not null);

    /// <summary>
    /// The end that ended the call with its stream; null while it may go on. What a stream says of its end when the next one
    /// has been offered already is too late to end anything.
    /// </summary>
    [JsonIgnore]
    public AttemptEnd? FinalEnd { get; init; }

    /// <summary>Whether the call is known to have ended.</summary>
    [JsonIgnore]
    public bool IsOver => RemovedAt is not null || FinalEnd is not null || Statuses.Any(one => CallStatuses.IsFinal(one.Status));

    private decimal? SummaryCostUsd => SummaryUsage is { } usage ? ModelPrices.Cost(usage.Model, usage.Tokens, usage.At) : 0;

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

    /// <summary>Name of the profile that took over last; null when none did.</summary>
    [JsonIgnore]
    public string? LastAgent { get; init; }

    /// <summary>When its TwiML was answered; null for a stream the log knows from the relay alone.</summary>
    public DateTimeOffset? OfferedAt { get; init; }

    /// <summary>The newest offer: the same attempt is offered twice when two webhooks raced.</summary>
    [JsonIgnore]
    public StreamOffered? Offer { get; init; }

    /// <summary>When the relay accepted it.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Twilio's StreamSid.</summary>
    public string? StreamSid { get; init; }

    /// <summary>The Live model its agent ran on.</summary>
    public string? Model { get; init; }

    /// <summary>When the relay gave it up for another replica.</summary>
    public DateTimeOffset? HandedOverAt { get; init; }

    /// <summary>What was lost of the caller's words then, milliseconds at most; null unless it was handed over.</summary>
    public int? CallerMsLost { get; init; }

    /// <summary>The transfer its agent asked for.</summary>
    [JsonIgnore]
    public CallTransfer? Transfer { get; init; }

    /// <summary>How it ended; null while it goes on, or when its end was never logged.</summary>
    public AttemptEnd? End { get; init; }

    /// <summary>What its tokens cost, nothing as long as no end is logged; null when that is not known. See <see cref="CallRecord.EstimatedCostUsd"/>.</summary>
    [JsonIgnore]
    public decimal? EstimatedCostUsd => End is { } end ? TalkCostUsd(end) + NotesCostUsd(end) : 0;

    /// <summary>
    /// The stream as it was known when the next one was offered, which decisions go by: what comes later of a stream that was given up
    /// changes none. Itself as long as it is the newest.
    /// </summary>
    [JsonIgnore]
    public CallAttempt Settled => GivenUpAs ?? this;

    /// <inheritdoc cref="Settled"/>
    [JsonIgnore]
    internal CallAttempt? GivenUpAs { get; init; }

    /// <summary>Whether the relay ever had it.</summary>
    [JsonIgnore]
    public bool Started => StartedAt is not null || HandedOverAt is not null || Transfer is not null || End is not null;

    private decimal? TalkCostUsd(AttemptEnd end) =>
        end.Figures.TotalTokens == 0 ? 0 : end.Figures.Tokens == default ? null : ModelPrices.Cost(Model, end.Figures.Tokens, end.At);

    private static decimal? NotesCostUsd(AttemptEnd end) =>
        end.Figures.NoteTokens == default ? 0 : ModelPrices.Cost(end.Figures.NoteModel, end.Figures.NoteTokens, end.At);
}

/// <summary>How a stream ended.</summary>
/// <param name="At">When.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">The cause in words, without content of the call.</param>
/// <param name="Figures">What was counted.</param>
public sealed record AttemptEnd(DateTimeOffset At, EndReason Reason, string? Detail, StreamFigures Figures);

/// <summary>How the owner sees a record: camelCase, enums as words.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CallRecord))]
public sealed partial class CallRecordJson : JsonSerializerContext;
