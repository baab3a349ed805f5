using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// Looks after a call once a second: ends a stream without media, tells the agent when the time limit comes near and ends
/// the call at it, and asks a silent caller whether anyone is there before ending the call politely.
/// </summary>
/// <param name="listener">Knows when media came last.</param>
/// <param name="conversation">Knows who spoke last.</param>
/// <param name="tell">Tells the agent something, as text.</param>
/// <param name="end">Ends the call.</param>
/// <param name="deadline">When the call reaches its limit.</param>
/// <param name="idle">How long a caller may be silent; null for as long as they like.</param>
/// <param name="time">The clock.</param>
internal sealed class CallWatch(TwilioListener listener, Conversation conversation, Action<string> tell, Action<CallEnd> end, DateTimeOffset deadline, TimeSpan? idle, TimeProvider time)
{
    /// <summary>Without media for so long, the stream is lost: Twilio sends silence too.</summary>
    public static readonly TimeSpan MediaTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long before the limit the agent is told.</summary>
    public static readonly TimeSpan Warning = TimeSpan.FromMinutes(1);

    // A goodbye under way may end, but not go on for ever.
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BreathAfterGoodbye = TimeSpan.FromSeconds(2);

    private IdleStage _stage;
    private int _callerActivity;
    private DateTimeOffset _stageSince;
    private bool _warned;

    private enum IdleStage
    {
        Talking,
        Asked,
        Leaving,
    }

    /// <summary>Looks once.</summary>
    public void Look()
    {
        var now = time.GetUtcNow();
        if (listener.SinceMedia >= MediaTimeout)
        {
            end(new CallEnd(EndReason.StreamLost, $"no media for {MediaTimeout.TotalSeconds:0} s"));
        }
        else if (now >= deadline && (now >= deadline + Goodbye || conversation.QuietFor > TimeSpan.Zero))
        {
            end(new CallEnd(EndReason.TimeLimit));
        }
        else if (now >= deadline - Warning && !_warned)
        {
            _warned = true;
            tell("The call reaches its time limit in one minute. Tell the caller so now, in one sentence, and say goodbye.");
        }
        else if (idle is { } limit && now < deadline - Warning)
        {
            LookForCaller(now, limit);
        }
    }

    private void LookForCaller(DateTimeOffset now, TimeSpan limit)
    {
        if (_callerActivity != conversation.CallerActivity)
        {
            _callerActivity = conversation.CallerActivity;
            Enter(IdleStage.Talking, now);
        }

        var quiet = conversation.QuietFor;
        var quietInStage = quiet < now - _stageSince ? quiet : now - _stageSince;
        switch (_stage)
        {
            case IdleStage.Talking when quiet >= limit:
                Enter(IdleStage.Asked, now);
                tell("The caller has been silent for a while. Ask in one short sentence whether they are still there.");
                break;
            case IdleStage.Asked when quietInStage >= limit:
                Enter(IdleStage.Leaving, now);
                tell("The caller is still silent. Say in one sentence that you end the call now and that they are welcome to call again, and say goodbye.");
                break;
            case IdleStage.Leaving when now >= _stageSince + Goodbye || (quiet >= BreathAfterGoodbye && quiet < now - _stageSince):
                end(new CallEnd(EndReason.IdleCaller));
                break;
        }
    }

    private void Enter(IdleStage stage, DateTimeOffset now)
    {
        _stage = stage;
        _stageSince = now;
    }
}
