namespace PhoneAgent.Simulator.Gemini;

/// <summary>What a fault makes a connection do; neither for a reset.</summary>
/// <param name="GoAway">It says that it ends.</param>
/// <param name="Close">It closes.</param>
internal sealed record Misfortune(ServerMessage? GoAway, GeminiClose? Close);

/// <summary>What faults have made of one connection. Its times are those of the connection.</summary>
internal sealed class FaultedConnection(FaultSchedule faults)
{
    private static readonly GeminiClose Unavailable = new(1011, "The service is currently unavailable.");
    private static readonly GeminiClose DeadlineOver = new(1011, "Deadline expired before operation could complete.");

    private bool _freezesAtInterruption;
    private TimeSpan? _endsAt;

    /// <summary>Nothing is said any more.</summary>
    public bool IsMute { get; private set; }

    /// <summary>Nothing is read any more.</summary>
    public bool IsDeaf { get; private set; }

    /// <summary>When something happens next; null when nothing does.</summary>
    public TimeSpan? Due(TimeSpan now) => new[] { now + faults.DueIn(), IsDeaf ? null : _endsAt }.Min();

    /// <summary>Whether a message is still said; an interruption can be the last one that is.</summary>
    public bool Says(ServerMessage message)
    {
        var says = !IsMute;
        IsMute |= _freezesAtInterruption && message.Interrupted;
        return says;
    }

    /// <summary>What happens now; null when nothing more does.</summary>
    public Misfortune? Next(SimulatedConversation conversation, TimeSpan now)
    {
        if (_endsAt <= now && !IsDeaf)
        {
            _endsAt = null;
            return new Misfortune(null, DeadlineOver);
        }

        while (faults.Take() is { } kind)
        {
            switch (kind)
            {
                case not GeminiFaultKind.HalfOpen when IsDeaf:
                    break; // nothing more can happen to a connection that is gone
                case GeminiFaultKind.GoAway:
                    _endsAt = now + FaultSchedule.TimeLeft;
                    return new Misfortune(new ServerMessage { TimeLeft = FaultSchedule.TimeLeft }, null);
                case GeminiFaultKind.Close1011 or GeminiFaultKind.Close1007OnResume:
                    return new Misfortune(null, Unavailable);
                case GeminiFaultKind.Drop or GeminiFaultKind.SlowSetup or GeminiFaultKind.RefuseKey:
                    return new Misfortune(null, null);
                case GeminiFaultKind.HalfOpen:
                    IsMute = IsDeaf = true;
                    break;
                case GeminiFaultKind.Freeze:
                    IsMute = true;
                    break;
                case GeminiFaultKind.FreezeAfterInterrupt:
                    _freezesAtInterruption = true;
                    break;
                case GeminiFaultKind.PhantomInterrupt:
                    conversation.InterruptForNoReason(now);
                    break;
            }
        }

        return null;
    }
}
