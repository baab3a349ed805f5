using System.Globalization;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Handlers.Owner;

/// <summary>What kind of moment it is: each has a shape and a colour of its own in the timeline.</summary>
internal enum MomentKind
{
    /// <summary>The call itself: streams, status, transfers.</summary>
    Call,

    /// <summary>The caller cut the agent off.</summary>
    Interruption,

    /// <summary>A tool answered.</summary>
    Tool,

    /// <summary>A key was pressed.</summary>
    Key,

    /// <summary>The conversation went on in another session, stream or agent.</summary>
    HandOver,

    /// <summary>Something went wrong.</summary>
    Problem,
}

/// <summary>Something that happened at one time of a call.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">What kind it is.</param>
/// <param name="What">What happened, in a few words.</param>
/// <param name="Detail">More about it; null for nothing.</param>
internal sealed record Moment(DateTimeOffset At, MomentKind Kind, string What, string? Detail = null);

/// <summary>What happened in a call besides talking, in order.</summary>
internal static class ReportMoments
{
    /// <summary>The moments of a record.</summary>
    public static IReadOnlyList<Moment> Of(CallRecord record) =>
        [.. All(record).OrderBy(one => one.At)];

    private static IEnumerable<Moment> All(CallRecord record) =>
    [
        .. record.Attempts.SelectMany(OfStream),
        .. record.Interruptions.Select(one => new Moment(one.At, MomentKind.Interruption, "Interrupted by the caller", Heard(one.HeardMs, one.GeneratedMs))),
        .. record.Tools.Select(one => new Moment(one.At, one.Outcome == ToolOutcome.Failed ? MomentKind.Problem : MomentKind.Tool, "Tool " + one.Name, $"{Words(one.Outcome.ToString())} after {Seconds(one.DurationMs)}")),
        .. record.Keys.Select(one => new Moment(one.At, MomentKind.Key, "Key " + one.Digit)),
        .. record.AgentChanges.Select(one => new Moment(one.At, MomentKind.HandOver, "Another agent took over", one.Agent)),
        .. record.Sessions.Select(one => one.Continuation is { } continuation
            ? new Moment(one.At, MomentKind.HandOver, $"New connection to Gemini: {Words(one.Cause.ToString())}", $"went on with {With(continuation)} after {Seconds(one.Ms)}")
            : new Moment(one.At, MomentKind.Problem, $"The agent was told to go on: {Words(one.Cause.ToString())}", $"after {Seconds(one.Ms)} of silence")),
        .. record.Transfers.SelectMany(OfTransfer),
        .. record.Statuses.Select(one => new Moment(one.At, MomentKind.Call, "Status " + one.Status, one.AnsweredBy is null ? null : "answered by " + one.AnsweredBy)),
        .. record.StreamErrors.Select(one => new Moment(one.At, MomentKind.Problem, "Twilio reported a stream error", one.Error)),
        .. record.Voicemail is { } machine ? [new Moment(machine.At, MomentKind.Call, "A machine answered", machine.MessageSpoken ? "the message was left" : "the call was hung up")] : Array.Empty<Moment>(),
    ];

    private static IEnumerable<Moment> OfStream(CallAttempt attempt)
    {
        if (attempt.StartedAt is { } started)
        {
            yield return new Moment(started, attempt.Number > 1 ? MomentKind.HandOver : MomentKind.Call, $"Stream {attempt.Number} began", attempt.Model);
        }

        if (attempt.HandedOverAt is { } handedOver)
        {
            yield return new Moment(handedOver, MomentKind.HandOver, $"Stream {attempt.Number} was handed over");
        }

        if (attempt.End is { } end)
        {
            yield return new Moment(end.At, IsBad(end.Reason) ? MomentKind.Problem : MomentKind.Call, $"Stream {attempt.Number} ended: {Words(end.Reason.ToString())}", end.Detail);
        }
    }

    private static IEnumerable<Moment> OfTransfer(CallTransfer transfer)
    {
        yield return new Moment(transfer.RequestedAt, MomentKind.Call, "Transfer asked for: " + transfer.Target, transfer.Reason);
        if (transfer.DialedAt is { } dialed)
        {
            yield return new Moment(dialed, MomentKind.Call, "Transfer dialled: " + transfer.Target, transfer.Outcome is null ? null : "outcome: " + transfer.Outcome);
        }
    }

    /// <summary>Whether an end is one that nobody wanted.</summary>
    public static bool IsBad(EndReason reason) =>
        reason is EndReason.GeminiUnavailable or EndReason.InternalError or EndReason.ProtocolViolation or EndReason.StreamLost;

    /// <summary>A word of the code as words: <c>CallerHungUp</c> is "caller hung up".</summary>
    public static string Words(string word) =>
        string.Concat(word.Select((letter, i) => char.IsUpper(letter) ? (i > 0 ? " " : "") + char.ToLowerInvariant(letter) : letter.ToString()));

    /// <summary>Milliseconds as seconds, "1.25 s".</summary>
    public static string Seconds(long milliseconds) => (milliseconds / 1_000.0).ToString("0.0#", CultureInfo.InvariantCulture) + " s";

    private static string With(SessionContinuation continuation) => continuation switch
    {
        SessionContinuation.Handle => "all it knew",
        SessionContinuation.Transcript => "the transcript",
        _ => "nothing, for nothing had been said",
    };

    private static string Heard(int heardMs, int generatedMs) => $"{Seconds(heardMs)} of {Seconds(generatedMs)} were heard";
}
