using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>What is to be done about an agent that is silent.</summary>
internal enum WatchStep
{
    /// <summary>Nothing.</summary>
    Wait,

    /// <summary>It is told by text to go on.</summary>
    Nudge,

    /// <summary>The connection is given up for another with the newest handle.</summary>
    Resume,

    /// <summary>The session is given up for one that begins with the transcript.</summary>
    Reseed,

    /// <summary>The call gets its apology.</summary>
    GiveUp,
}

/// <summary>
/// Knows when the agent owes the caller something to hear, and why, and what is next when it stays silent: each step once, until the agent is
/// heard again. Not thread-safe: <see cref="GeminiSession"/> owns it.
/// </summary>
internal sealed class AgentWatch(TimeProvider time)
{
    /// <summary>Silence after which the agent is told to go on.</summary>
    public static readonly TimeSpan NudgeAfter = TimeSpan.FromSeconds(4);

    /// <summary>Silence after which its connection is given up.</summary>
    public static readonly TimeSpan ResumeAfter = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ReseedAfter = TimeSpan.FromSeconds(6);

    private long _since;
    private WatchStep _done;

    /// <summary>Why something is owed; null when nothing is.</summary>
    public SessionTrouble? Owed { get; private set; }

    /// <summary>How long it has been owed.</summary>
    public TimeSpan OwedFor => time.GetElapsedTime(_since);

    /// <summary>From now on the agent owes something.</summary>
    public void Owes(SessionTrouble why)
    {
        Owed = why;
        _since = time.GetTimestamp();
    }

    /// <summary>The agent is heard, and more is to come.</summary>
    public void Speaks()
    {
        _done = WatchStep.Wait;
        Owes(SessionTrouble.MidSentence);
    }

    /// <summary>The agent has said all it wanted to.</summary>
    public void HasSpoken()
    {
        _done = WatchStep.Wait;
        Owed = null;
    }

    /// <summary>A new connection is live: what is owed is owed from now on.</summary>
    public void Reconnected() => _since = time.GetTimestamp();

    /// <summary>What is to be done now, nobody having spoken for so long.</summary>
    public WatchStep Look(TimeSpan quiet)
    {
        var silence = quiet < OwedFor ? quiet : OwedFor;
        var (step, after) = _done switch
        {
            WatchStep.Wait => (WatchStep.Nudge, NudgeAfter),
            WatchStep.Nudge => (WatchStep.Resume, ResumeAfter),
            WatchStep.Resume => (WatchStep.Reseed, ReseedAfter),
            _ => (WatchStep.GiveUp, ResumeAfter),
        };
        return Owed is null || silence < after ? WatchStep.Wait : _done = step;
    }
}
