namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// Does what the agent asked for, such as hanging up, once its last words were heard to their last sample: the mark behind
/// them came back. A caller who interrupts, presses a key or is still speaking is heard first. What was asked for last counts.
/// </summary>
/// <param name="conversation">Knows what is heard.</param>
/// <param name="time">The clock.</param>
internal sealed class LastWords(Conversation conversation, TimeProvider time)
{
    /// <summary>How long the agent may take to say something before it counts as having nothing to say.</summary>
    public static readonly TimeSpan WordsWithin = TimeSpan.FromSeconds(5);

    /// <summary>How long all of it may take; then it is done even if the agent talks on.</summary>
    public static readonly TimeSpan AllWithin = TimeSpan.FromSeconds(30);

    // A caller who has just been heard may be going on.
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(300);

    private readonly Lock _lock = new();
    private Wish? _wish;

    /// <summary>Whether something waits to be done.</summary>
    public bool IsWaiting
    {
        get
        {
            lock (_lock)
            {
                return _wish is not null;
            }
        }
    }

    /// <summary>Asks for something to be done after the agent's last words; true when it has already said some of them.</summary>
    /// <param name="act">Does it; called once, or never when the caller cuts in.</param>
    public bool Ask(Action act)
    {
        var now = conversation.Progress;
        lock (_lock)
        {
            _wish = new Wish(act, now, time.GetTimestamp());
        }

        return !now.IsDone;
    }

    /// <summary>Looks whether it is time; to be called whenever something may have changed, and once a second.</summary>
    public void Look()
    {
        Action? act = null;
        var now = conversation.Progress;
        lock (_lock)
        {
            if (_wish is not { } wish)
            {
                return;
            }

            var waited = time.GetElapsedTime(wish.AskedAt);
            if (now.CutIns != wish.Before.CutIns)
            {
                _wish = null;
            }
            else if (waited >= AllWithin || (IsSaid(wish, now, waited) && !IsCallerSpeaking(now, waited)))
            {
                _wish = null;
                act = wish.Act;
            }
        }

        act?.Invoke();
    }

    private static bool IsSaid(Wish wish, AgentProgress now, TimeSpan waited) =>
        now.IsDone && (!wish.Before.IsDone || now.SpokenTo > wish.Before.SpokenTo || waited >= WordsWithin);

    // Speech from before the wish is what the agent answered with it.
    private static bool IsCallerSpeaking(AgentProgress now, TimeSpan waited) => now.CallerSoundedFor < Breath && now.CallerSoundedFor < waited;

    private sealed record Wish(Action Act, AgentProgress Before, long AskedAt);
}
