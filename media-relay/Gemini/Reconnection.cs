using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Sockets;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>How one connection ended.</summary>
/// <param name="Trouble">Why, as the log names it.</param>
/// <param name="Problem">The cause in words, without content of the call.</param>
/// <param name="IsFinal">Whether trying again cannot help.</param>
/// <param name="WasLive">Whether its setup had been completed.</param>
internal sealed record ConnectionEnd(SessionTrouble Trouble, string Problem, bool IsFinal = false, bool WasLive = false)
{
    /// <summary>Gemini's close code for what it will not take.</summary>
    public const int InvalidArgument = 1007;

    private const int PolicyViolation = 1008;

    /// <summary>How a socket ended that was read to its end.</summary>
    /// <param name="end">The last read.</param>
    /// <param name="wasLive">Whether setup was complete.</param>
    /// <param name="cause">Why the relay ended it; null when it did not.</param>
    public static ConnectionEnd Of(SocketRead end, bool wasLive, SessionTrouble? cause) => (cause, end.Kind) switch
    {
        (SessionTrouble.SetupTimeout, _) => new ConnectionEnd(SessionTrouble.SetupTimeout, $"Gemini did not complete setup within {GeminiSession.SetupTimeout.TotalSeconds:0} s"),
        ({ } left, _) => new ConnectionEnd(left, "the agent stays silent", WasLive: wasLive),
        (_, SocketReadKind.Closed) => new ConnectionEnd(
            end.CloseCode == InvalidArgument ? SessionTrouble.Refused : SessionTrouble.Closed,
            $"Gemini closed the session with {end.CloseCode}: {OneLine(end.CloseReason)}",
            end.CloseCode == PolicyViolation,
            wasLive),
        _ => new ConnectionEnd(SessionTrouble.Lost, "the connection to Gemini was lost", WasLive: wasLive),
    };

    // Gemini's own words on a refusal help the owner (which model, which field); they are cut to one short line.
    private static string OneLine(string? reason) => string.Concat((reason ?? "").Where(c => !char.IsControl(c)).Take(120));
}

/// <summary>Decides how soon another connection is tried and when that is given up, and counts. Belongs to the session's one loop, but for the counts.</summary>
/// <param name="time">The clock.</param>
/// <param name="jitter">A random number from 0 to 1: the calls of a replica must not all come back at once.</param>
internal sealed class Reconnection(TimeProvider time, Func<double> jitter)
{
    /// <summary>How long there may be no live connection.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Failures in a row after which a handle is not tried again.</summary>
    public const int MaxFailuresOfHandle = 2;

    private const int MaxFailures = 8;

    // A connection that lived so long was no failure.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private long _downSince = time.GetTimestamp();
    private long _liveSince;
    private SessionTrouble? _cause;

    /// <summary>Failures since a connection last lived for a while.</summary>
    public int Failures { get; private set; }

    /// <summary>Connections that went on with the conversation.</summary>
    public int Resumptions { get; private set; }

    /// <summary>Those of them that began with the transcript.</summary>
    public int Reseeds { get; private set; }

    /// <summary>Times the agent was told to go on.</summary>
    public int Nudges { get; set; }

    /// <summary>Audio that was sent again although Gemini may have had it, in milliseconds.</summary>
    public long RepeatedMs { get; private set; }

    /// <summary>Why the connection before was given up; null for the first.</summary>
    public SessionTrouble? Cause => _cause;

    /// <summary>Why the session ends with this connection; null when it goes on over another.</summary>
    public string? FinalProblem(ConnectionEnd end, SessionContinuation continuation)
    {
        var refused = end is { Trouble: SessionTrouble.Refused, WasLive: false } && continuation != SessionContinuation.Handle;
        var downFor = end.WasLive ? TimeSpan.Zero : time.GetElapsedTime(_downSince);
        return end.IsFinal || refused || downFor >= Limit || Failures >= MaxFailures ? end.Problem : null;
    }

    /// <summary>A connection ended; how long to wait before the next.</summary>
    public TimeSpan Ended(ConnectionEnd end)
    {
        if (end.WasLive)
        {
            Failures = time.GetElapsedTime(_liveSince) >= Settled ? 0 : Failures;
            _downSince = time.GetTimestamp();
            _cause = null;
        }

        _cause ??= end.Trouble;
        if (end.Trouble == SessionTrouble.GoAway)
        {
            return TimeSpan.Zero;
        }

        var longest = FirstPause * Math.Pow(3, Failures++);
        return (longest < LongestPause ? longest : LongestPause) * (0.5 + (0.5 * jitter()));
    }

    /// <summary>Setup is complete. Returns the fact to note; null for the first connection of a call.</summary>
    public SessionResumed? WentLive(SessionContinuation continuation, long repeatedMs)
    {
        _liveSince = time.GetTimestamp();
        if (_cause is not { } cause)
        {
            return null;
        }

        Resumptions++;
        Reseeds += continuation == SessionContinuation.Transcript ? 1 : 0;
        RepeatedMs += repeatedMs;
        return new SessionResumed(cause, continuation, (int)time.GetElapsedTime(_downSince, _liveSince).TotalMilliseconds, (int)repeatedMs) { At = time.GetUtcNow() };
    }
}
