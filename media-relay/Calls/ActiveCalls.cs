using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// The calls of this replica: how many it admits, whether it is ready for more, and how they leave when it stops.
/// </summary>
public sealed class ActiveCalls(Func<int> maxCalls)
{
    private readonly Lock _lock = new();
    private readonly HashSet<CallSession> _sessions = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _admitted;
    private bool _full;
    private bool _draining;

    /// <summary>Calls admitted and not yet over.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _admitted;
            }
        }
    }

    /// <summary>
    /// Whether a load balancer should send calls here: not while stopping, nor from full until 95 % again, so that
    /// readiness does not flap with every call.
    /// </summary>
    public bool IsReady
    {
        get
        {
            lock (_lock)
            {
                _full = _admitted >= maxCalls() || (_full && _admitted > maxCalls() * 0.95);
                return !_full && !_draining;
            }
        }
    }

    /// <summary>Takes a place for a call; false when there is none. Whoever took one gives it back with <see cref="Leave"/>.</summary>
    public bool TryAdmit()
    {
        lock (_lock)
        {
            if (_draining || _admitted >= maxCalls())
            {
                return false;
            }

            _admitted++;
            return true;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _admitted--;
            if (_draining && _admitted == 0)
            {
                _drained.TrySetResult();
            }
        }
    }

    /// <summary>Admits nobody any more and hands every call over; completes when the last has left.</summary>
    public Task DrainAsync()
    {
        CallSession[] sessions;
        lock (_lock)
        {
            _draining = true;
            sessions = [.. _sessions];
            if (_admitted == 0)
            {
                _drained.TrySetResult();
            }
        }

        foreach (var session in sessions)
        {
            HandOver(session);
        }

        return _drained.Task;
    }

    /// <summary>Runs a session among the active ones.</summary>
    internal async Task<CallEnd> RunAsync(CallSession session)
    {
        bool draining;
        lock (_lock)
        {
            _sessions.Add(session);
            draining = _draining;
        }

        if (draining)
        {
            HandOver(session);
        }

        try
        {
            return await session.RunAsync();
        }
        finally
        {
            lock (_lock)
            {
                _sessions.Remove(session);
            }
        }
    }

    private static void HandOver(CallSession session) =>
        session.End(new CallEnd(EndReason.HandedOver, "this relay is stopping", CallEnd.Restart));
}
