using PhoneAgent.Simulator.Phone.Streams;

namespace PhoneAgent.Simulator.Phone;

/// <summary>How a call ended.</summary>
public enum CallEnding
{
    /// <summary>The caller put the phone down.</summary>
    CallerHungUp,

    /// <summary>A <c>&lt;Hangup&gt;</c> ended it.</summary>
    HungUpByTwiml,

    /// <summary>The last document had no further verb.</summary>
    TwimlRanOut,

    /// <summary>A <c>&lt;Reject&gt;</c> refused it.</summary>
    Rejected,

    /// <summary>A webhook gave no usable TwiML; Twilio tells the caller that an application error occurred.</summary>
    ApplicationError,

    /// <summary>The TwiML asked for more documents than any sensible call needs.</summary>
    TwimlLoop,

    /// <summary>The stream failed and <see cref="AfterStreamFailure.DropCall"/> was chosen.</summary>
    StreamFailure,

    /// <summary>The call reached its time limit.</summary>
    TimeLimit,

    /// <summary>The called party did not take the outbound call.</summary>
    Unanswered,
}

/// <summary>All there is to know about a call from the phone's side. Times are milliseconds since the call was answered.</summary>
public sealed record CallResult
{
    /// <summary>The call's name.</summary>
    public required string CallSid { get; init; }

    /// <summary>How it ended.</summary>
    public required CallEnding Ending { get; init; }

    /// <summary>Why the call did not go as the caller wanted; null if it did.</summary>
    public required string? Complaint { get; init; }

    /// <summary>How long it lasted.</summary>
    public required int DurationMs { get; init; }

    /// <summary>For how long the phone itself stood still meanwhile, its process being stopped; no time of the call.</summary>
    public required int StoodMs { get; init; }

    /// <summary>What Twilio's error log would hold.</summary>
    public required IReadOnlyList<TwilioError> Errors { get; init; }

    /// <summary>The greeting and every line of the caller with the agent's answer to it.</summary>
    public required IReadOnlyList<HeardTurn> Turns { get; init; }

    /// <summary>Where the caller spoke into the agent's line.</summary>
    public required IReadOnlyList<Interruption> Interruptions { get; init; }

    /// <summary>The agent's speech as heard, in one-go pieces.</summary>
    public required IReadOnlyList<HeardUtterance> AgentUtterances { get; init; }

    /// <summary>The holes in the agent's speech.</summary>
    public required IReadOnlyList<PlayoutGap> Gaps { get; init; }

    /// <summary>Agent audio played to the caller.</summary>
    public required double AgentMsHeard { get; init; }

    /// <summary>Agent audio dropped by <c>clear</c>.</summary>
    public required double AgentMsCleared { get; init; }

    /// <summary>Agent audio that was still waiting when its stream ended.</summary>
    public required double AgentMsCutOff { get; init; }

    /// <summary>Agent audio refused because too much was waiting (31931).</summary>
    public required double AgentMsOverflowed { get; init; }

    /// <summary>The media streams, in order.</summary>
    public required IReadOnlyList<StreamSummary> Streams { get; init; }

    /// <summary>The requests for TwiML and the answers, in order.</summary>
    public required IReadOnlyList<FetchedDocument> Documents { get; init; }

    /// <summary>What <c>&lt;Say&gt;</c> told the caller.</summary>
    public required IReadOnlyList<string> Announcements { get; init; }

    /// <summary>What <c>&lt;Say&gt;</c> told the persons who were dialled.</summary>
    public required IReadOnlyList<string> Whispers { get; init; }

    /// <summary>What the caller said, µ-law 8 kHz from the answer on; as long as <see cref="CallerHeard"/>.</summary>
    public required byte[] CallerSaid { get; init; }

    /// <summary>What the caller heard, on the same clock.</summary>
    public required byte[] CallerHeard { get; init; }

    /// <summary>Caller frames given to servers until <c>stop</c>, or until the server's close frame arrived.</summary>
    public long CallerFramesSent => Streams.Sum(stream => stream.FramesSent);

    /// <summary>Caller frames due when the server had already begun to close, or the connection was broken.</summary>
    public long CallerFramesAfterEnd => Streams.Sum(stream => stream.FramesAfterEnd);
}

/// <summary>A line of the caller and the agent's answer to it, as heard; the greeting has no caller's line.</summary>
/// <param name="Caller">The caller's words; null in the greeting.</param>
/// <param name="CallerBeginMs">When the caller began; in the greeting, when the call was answered.</param>
/// <param name="CallerEndMs">When the caller was done.</param>
/// <param name="AnswerBeginMs">When the answer began to be heard; null if there was none.</param>
/// <param name="AnswerEndMs">When it was over, or cut.</param>
public sealed record HeardTurn(string? Caller, int CallerBeginMs, int CallerEndMs, int? AnswerBeginMs, int? AnswerEndMs)
{
    /// <summary>From the caller's last sound to the agent's first; negative if the agent spoke into the caller's line.</summary>
    public int? ResponseMs => AnswerBeginMs - CallerEndMs;
}

/// <summary>The caller spoke into the agent's line.</summary>
/// <param name="Turn">The caller's turn that did it.</param>
/// <param name="AtMs">When the first frame of it was sent.</param>
/// <param name="ClearMs">From then until <c>clear</c> arrived; null if it never did.</param>
/// <param name="SilentMs">From then until the agent was last heard.</param>
/// <param name="HeardMs">How much of the interrupted line the caller heard.</param>
public sealed record Interruption(int Turn, int AtMs, int? ClearMs, int SilentMs, int HeardMs);

/// <summary>A request for TwiML and its answer. The body holds the stream's ticket: it is for tests, not for files.</summary>
/// <param name="AtMs">When it was asked for, since the call was answered.</param>
/// <param name="Url">The public address.</param>
/// <param name="CallStatus">What the request said about the call.</param>
/// <param name="HttpStatus">Null when nothing came back.</param>
/// <param name="Body">The document.</param>
/// <param name="Errors">What was wrong with it.</param>
public sealed record FetchedDocument(int AtMs, Uri Url, string CallStatus, int? HttpStatus, string Body, IReadOnlyList<TwilioError> Errors);
