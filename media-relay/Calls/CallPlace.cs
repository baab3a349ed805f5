using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>One stream's place among the active calls: waiting for <c>start</c> at first, then the stream of its call.</summary>
public sealed class CallPlace : IDisposable
{
    private readonly ActiveCalls _calls;
    private volatile CallSession? _session;
    private volatile string? _handOver;

    internal CallPlace(ActiveCalls calls, CallSid call)
    {
        _calls = calls;
        Call = call;
    }

    /// <summary>The call.</summary>
    public CallSid Call { get; }

    /// <summary>Which attempt of the call its stream is; 0 while it waits.</summary>
    public int Attempt { get; private set; }

    /// <summary>Whether <c>start</c> has not come yet.</summary>
    public bool IsWaiting => Attempt == 0;

    /// <summary>Gives the place back.</summary>
    public void Dispose() => _calls.Leave(this);

    /// <summary>
    /// Makes a session the stream of its call, in place of one of an older attempt; false when there is one of the same or
    /// a newer attempt.
    /// </summary>
    internal bool TryTakeOver(CallSession session, int attempt)
    {
        Attempt = attempt;
        _session = session;
        if (!_calls.TryTakeOver(this))
        {
            return false;
        }

        // Whoever asked for the hand-over a moment too early is heard now.
        if (_handOver is { } reason)
        {
            HandOver(reason);
        }

        return true;
    }

    /// <summary>Whether its call could move to another replica now without anybody noticing. One without a session has nothing to lose.</summary>
    internal bool MayMove => _session?.MayMove ?? true;

    /// <summary>Whether it was asked to hand over.</summary>
    internal bool IsLeaving => _handOver is not null;

    /// <summary>Ends the session so that another stream of the call goes on; one that has not begun yet ends when it does.</summary>
    internal void HandOver(string reason)
    {
        _handOver = reason;
        _session?.End(new CallEnd(EndReason.HandedOver, reason, CallEnd.Restart));
    }
}
