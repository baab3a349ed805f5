using System.Text.Json.Serialization;

namespace PhoneAgent.Core.Calls;

/// <summary>
/// One fact about a call, appended to its log by the handlers or the relay and never changed. The set is closed:
/// <see cref="CallRecord"/> folds it.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(CallReceived), "received")]
[JsonDerivedType(typeof(StreamOffered), "offered")]
[JsonDerivedType(typeof(StatusChanged), "status")]
[JsonDerivedType(typeof(VoicemailReached), "voicemail")]
[JsonDerivedType(typeof(StreamFailed), "streamFailed")]
[JsonDerivedType(typeof(TransferDialed), "transferDialed")]
[JsonDerivedType(typeof(TransferAnswered), "transferAnswered")]
[JsonDerivedType(typeof(TransferEnded), "transferEnded")]
[JsonDerivedType(typeof(CallRemoved), "removed")]
[JsonDerivedType(typeof(StreamStarted), "started")]
[JsonDerivedType(typeof(CallerSaid), "callerSaid")]
[JsonDerivedType(typeof(AgentSaid), "agentSaid")]
[JsonDerivedType(typeof(AgentInterrupted), "interrupted")]
[JsonDerivedType(typeof(DigitPressed), "digit")]
[JsonDerivedType(typeof(LoudnessNoted), "loudness")]
[JsonDerivedType(typeof(BeginningNoted), "noted")]
[JsonDerivedType(typeof(ToolCalled), "tool")]
[JsonDerivedType(typeof(SessionNudged), "nudged")]
[JsonDerivedType(typeof(SessionResumed), "resumed")]
[JsonDerivedType(typeof(TransferRequested), "transferRequested")]
[JsonDerivedType(typeof(AgentChanged), "agentChanged")]
[JsonDerivedType(typeof(SessionSaved), "sessionSaved")]
[JsonDerivedType(typeof(HandedOver), "handedOver")]
[JsonDerivedType(typeof(StreamEnded), "ended")]
[JsonDerivedType(typeof(CallSummarized), "summarized")]
public abstract record CallEvent
{
    /// <summary>When it happened, UTC.</summary>
    [JsonPropertyOrder(-2)]
    public required DateTimeOffset At { get; init; }

    /// <summary>Which attempt's relay said it, and as its how-manieth; null for what the handlers say.</summary>
    [JsonPropertyOrder(-1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RelayStamp? Relay { get; init; }
}

/// <summary>
/// Tells the events of one relay attempt apart from those of another, and a repeated append from a new fact.
/// </summary>
/// <param name="Nonce">The nonce of the attempt's stream ticket: 32 lowercase hexadecimal digits.</param>
/// <param name="Sequence">Counts from 1 within the attempt.</param>
public sealed record RelayStamp(string Nonce, long Sequence);

/// <summary>Handlers: Twilio announced the call.</summary>
/// <param name="Direction">Twilio's <c>Direction</c>: <c>inbound</c> or <c>outbound-api</c>.</param>
/// <param name="From">The calling number as Twilio gave it.</param>
/// <param name="To">The called number as Twilio gave it.</param>
/// <param name="Agent">Name of the agent profile that takes the call.</param>
/// <param name="RequestId">The outbound request that placed the call; null for an inbound call.</param>
/// <param name="Context">
/// What the outbound request wants the agent to know: one JSON object as text, at most 4 kB, without line breaks and with
/// angle brackets escaped, so that no delimiter around it can be forged. Data, never instructions. Null when there is none.
/// </param>
public sealed record CallReceived(string Direction, string From, string To, string Agent, string? RequestId = null, string? Context = null) : CallEvent;

/// <summary>Handlers: TwiML with a stream ticket was about to be answered. A decision looks only at the newest one.</summary>
/// <param name="Attempt">1 for the first stream of the call, then counted on.</param>
/// <param name="Nonce">The ticket's nonce.</param>
/// <param name="ExpiresAt">The ticket's expiry, whole seconds; with key and nonce the same ticket can be written again.</param>
/// <param name="Agent">Name of the agent profile offered with it.</param>
public sealed record StreamOffered(int Attempt, string Nonce, DateTimeOffset ExpiresAt, string Agent) : CallEvent;

/// <summary>Handlers: a status callback arrived.</summary>
/// <param name="Status">Twilio's <c>CallStatus</c>.</param>
/// <param name="SequenceNumber">Twilio's <c>SequenceNumber</c>: orders and deduplicates callbacks.</param>
/// <param name="DurationSeconds">Twilio's <c>CallDuration</c>, with the final status only.</param>
/// <param name="AnsweredBy">Twilio's <c>AnsweredBy</c>, when machine detection was asked for.</param>
public sealed record StatusChanged(string Status, int SequenceNumber, int? DurationSeconds = null, string? AnsweredBy = null) : CallEvent;

/// <summary>Handlers: an outbound call was answered by a machine, and the request had said what then.</summary>
/// <param name="AnsweredBy">Twilio's <c>AnsweredBy</c>.</param>
/// <param name="MessageSpoken">Whether the request's message was left; otherwise the call was hung up.</param>
public sealed record VoicemailReached(string AnsweredBy, bool MessageSpoken) : CallEvent;

/// <summary>Handlers: Twilio reported an error of a stream.</summary>
/// <param name="StreamSid">Twilio's StreamSid; empty when it named none.</param>
/// <param name="Error">Twilio's <c>StreamError</c>.</param>
public sealed record StreamFailed(string StreamSid, string Error) : CallEvent;

/// <summary>Handlers: TwiML that dials a transfer target was about to be answered.</summary>
/// <param name="Target">The target's name in the agent profile; never a number.</param>
public sealed record TransferDialed(string Target) : CallEvent;

/// <summary>Handlers: the dialled person was asked whether they take the call, and answered by a key.</summary>
/// <param name="Accepted">Whether they do.</param>
public sealed record TransferAnswered(bool Accepted) : CallEvent;

/// <summary>Handlers: the dialled leg of a transfer ended.</summary>
/// <param name="Outcome">Twilio's <c>DialCallStatus</c>, or one of ours: see <see cref="CallTransfer"/>.</param>
public sealed record TransferEnded(string Outcome) : CallEvent;

/// <summary>The log: the owner had everything about the call removed. Then it is the only event.</summary>
public sealed record CallRemoved() : CallEvent;

/// <summary>Relay: the stream's <c>start</c> was accepted and its ticket claimed.</summary>
/// <param name="Attempt">The attempt the ticket was offered for.</param>
/// <param name="StreamSid">Twilio's StreamSid, <c>MZ…</c>.</param>
/// <param name="Model">The Live model the agent runs on; null in logs from before it was noted.</param>
public sealed record StreamStarted(int Attempt, string StreamSid, string? Model = null) : CallEvent;

/// <summary>Relay: the caller said something, as Gemini transcribed it.</summary>
/// <param name="Text">The transcript of one turn.</param>
/// <param name="Since">When the first words of it were transcribed; null in logs from before it was noted.</param>
public sealed record CallerSaid(string Text, DateTimeOffset? Since = null) : CallEvent;

/// <summary>Relay: one turn of the agent.</summary>
/// <param name="Text">The transcript of all that was generated.</param>
/// <param name="HeardText">The part the caller heard; equal to <paramref name="Text"/> unless interrupted.</param>
/// <param name="GeneratedMs">Milliseconds of speech generated.</param>
/// <param name="HeardMs">Milliseconds of speech played to the caller.</param>
/// <param name="Since">When its first audio went out to the caller; null when none did.</param>
/// <param name="ResponseMs">
/// Milliseconds from the caller's last sound, as its frame reached the relay, to this turn's first audio going out. The telephone
/// network's way to the relay and back is not in it. Null when the caller had said nothing since the agent's turn before.
/// </param>
public sealed record AgentSaid(string Text, string HeardText, int GeneratedMs, int HeardMs, DateTimeOffset? Since = null, int? ResponseMs = null) : CallEvent;

/// <summary>Relay: the caller interrupted the agent; what Twilio had buffered was cleared.</summary>
/// <param name="HeardMs">Milliseconds of the turn the caller had heard.</param>
/// <param name="GeneratedMs">Milliseconds of the turn generated until then.</param>
public sealed record AgentInterrupted(int HeardMs, int GeneratedMs) : CallEvent;

/// <summary>
/// Relay: how loud both sides were over some seconds, for the picture of the call. One digit for every <see cref="StepMs"/>, 0 for
/// silence, then 5 dB a step up to 9.
/// </summary>
/// <param name="Since">When the first step began.</param>
/// <param name="Caller">The caller, as heard by the relay.</param>
/// <param name="Agent">The agent, as heard by the caller: what was cut off is silence.</param>
public sealed record LoudnessNoted(DateTimeOffset Since, string Caller, string Agent) : CallEvent
{
    /// <summary>Milliseconds of a step.</summary>
    public const int StepMs = 200;
}

/// <summary>Relay: the caller pressed a key.</summary>
/// <param name="Digit">One of <c>0-9*#A-D</c>.</param>
public sealed record DigitPressed(string Digit) : CallEvent;

/// <summary>Relay: a function call of the model was answered.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Outcome">What the answer was.</param>
/// <param name="DurationMs">Milliseconds from the call to its answer.</param>
public sealed record ToolCalled(string Name, ToolOutcome Outcome, int DurationMs) : CallEvent;

/// <summary>How a function call of the model was answered.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ToolOutcome>))]
public enum ToolOutcome
{
    /// <summary>With the tool's result.</summary>
    Succeeded,

    /// <summary>With an error: the tool failed, timed out, or does not exist.</summary>
    Failed,

    /// <summary>Not at all: the model took the call back.</summary>
    Cancelled,
}

/// <summary>Relay: the agent was silent when it should not have been, and was told so by text.</summary>
/// <param name="Cause">After what it was silent.</param>
/// <param name="SilenceMs">For how long.</param>
public sealed record SessionNudged(SessionTrouble Cause, int SilenceMs) : CallEvent;

/// <summary>Relay: the conversation went on over a new connection to Gemini.</summary>
/// <param name="Cause">Why the one before was given up.</param>
/// <param name="Continuation">What the new one began with.</param>
/// <param name="GapMs">Milliseconds without a connection that could be spoken to.</param>
/// <param name="RepeatedMs">Caller audio sent again of which it is unknown whether Gemini had it: doubled at most.</param>
public sealed record SessionResumed(SessionTrouble Cause, SessionContinuation Continuation, int GapMs, int RepeatedMs) : CallEvent;

/// <summary>What a new connection to Gemini began with.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SessionContinuation>))]
public enum SessionContinuation
{
    /// <summary>A resumption handle: Gemini knows all it knew.</summary>
    Handle,

    /// <summary>The transcript: Gemini knows what was said.</summary>
    Transcript,

    /// <summary>Nothing, because nothing had been said.</summary>
    Nothing,
}

/// <summary>Why a connection to Gemini was nudged or given up.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SessionTrouble>))]
public enum SessionTrouble
{
    /// <summary>Gemini announced that it will close the connection.</summary>
    GoAway,

    /// <summary>Gemini closed it.</summary>
    Closed,

    /// <summary>It broke, or takes nothing any more.</summary>
    Lost,

    /// <summary>Gemini refused what the connection began with.</summary>
    Refused,

    /// <summary>It could not be opened.</summary>
    Unreachable,

    /// <summary>Setup was never completed.</summary>
    SetupTimeout,

    /// <summary>No reply after the caller spoke, or after a text.</summary>
    NoReply,

    /// <summary>Silence after <c>interrupted</c>.</summary>
    AfterInterrupted,

    /// <summary><c>interrupted</c> although the caller had said nothing.</summary>
    PhantomInterrupted,

    /// <summary>The greeting was interrupted, and nothing came after it.</summary>
    GreetingInterrupted,

    /// <summary>Silence after a function's answer.</summary>
    AfterToolResponse,

    /// <summary>The agent stopped in the middle of a sentence.</summary>
    MidSentence,
}

/// <summary>Relay: the agent asked for a person; the stream ends after it.</summary>
/// <param name="Target">The target's name in the agent profile; never a number.</param>
/// <param name="Reason">Why, in the model's words.</param>
public sealed record TransferRequested(string Target, string Reason) : CallEvent;

/// <summary>Relay: another agent goes on with the conversation, in the same stream.</summary>
/// <param name="Agent">Name of its profile.</param>
public sealed record AgentChanged(string Agent) : CallEvent;

/// <summary>Relay: the stream ended.</summary>
/// <param name="Reason">Why; <see cref="EndReasons.IsFinal"/> tells whether the call ends with it.</param>
/// <param name="Detail">The cause in words, without content of the call; null when the reason says it all.</param>
/// <param name="Figures">What was counted during the attempt.</param>
public sealed record StreamEnded(EndReason Reason, string? Detail, StreamFigures Figures) : CallEvent;

/// <summary>Handlers: the call is over, and a model has read its transcript.</summary>
/// <param name="Summary">What it made of it; null when its answer was of no use, but is billed.</param>
/// <param name="Model">The text model; null in logs from before it was noted.</param>
/// <param name="Tokens">What it took in and gave, by its own count; nothing in logs from before it was noted.</param>
public sealed record CallSummarized(CallSummary? Summary, string? Model = null, TokenUsage Tokens = default) : CallEvent;
