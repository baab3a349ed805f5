using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// The calls of this replica: how many it admits, which stream a call has, whether it is ready for more, and how the calls
/// leave when it stops.
/// </summary>
public sealed class ActiveCalls(Func<int> maxCalls)
{
    /// <summary>Sockets that may be open without having sent <c>start</c>: Twilio sends it at once, a stranger might not.</summary>
    public const int MaxWaiting = 50;

    /// <summary>The same for one call: a stream and the one that replaces it.</summary>
    public const int MaxWaitingPerCall = 2;

    // Twenty calls a second leave, each when it is looked at next.
    private const int MostAtOnce = 2;

    // So long a load balancer may go on sending calls here, also those that have just left.
    private static readonly TimeSpan Unnoticed = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly List<CallPlace> _places = [];
    private readonly Dictionary<CallSid, CallPlace> _streams = [];
    private bool _full;
    private bool _draining;

    /// <summary>Calls admitted and not yet over.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _places.Count;
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
                _full = _places.Count >= maxCalls() || (_full && _places.Count > maxCalls() * 0.95);
                return !_full && !_draining;
            }
        }
    }

    /// <summary>Takes a place for a call's stream; null with the reason when there is none, which means nothing otherwise. Disposing the place gives it back.</summary>
    public CallPlace? TryAdmit(CallSid call, out StreamRefusal refusal)
    {
        lock (_lock)
        {
            var waiting = _places.Where(place => place.IsWaiting).ToList();
            StreamRefusal? found = _draining ? StreamRefusal.Stopping
                : _places.Count >= maxCalls() ? StreamRefusal.Full
                : waiting.Count >= MaxWaiting ? StreamRefusal.Waiting
                : waiting.Count(place => place.Call == call) >= MaxWaitingPerCall ? StreamRefusal.CallWaiting
                : null;
            refusal = found.GetValueOrDefault();
            if (found is not null)
            {
                return null;
            }

            var place = new CallPlace(this, call);
            _places.Add(place);
            return place;
        }
    }

    /// <summary>
    /// Admits nobody any more and hands every call over: at a moment when nobody notices, or when the time is nearly up; a few at once, so that
    /// the replica that takes them is not overrun. Calls that end meanwhile need not move. Completes when the last has left.
    /// </summary>
    /// <param name="within">How long calls may stay.</param>
    /// <param name="time">The clock.</param>
    public async Task DrainAsync(TimeSpan within, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        lock (_lock)
        {
            _draining = true;
        }

        var began = time.GetTimestamp();
        await Task.Delay(within / 4 < Unnoticed ? within / 4 : Unnoticed, time, CancellationToken.None);
        for (; Count > 0; await Task.Delay(LookEvery, time, CancellationToken.None))
        {
            foreach (var place in Due(within - time.GetElapsedTime(began)))
            {
                place.HandOver("this relay is stopping");
            }
        }
    }

    /// <summary>Makes a place the one stream of its call; false when the call has one of the same or a newer attempt.</summary>
    internal bool TryTakeOver(CallPlace place)
    {
        CallPlace? older;
        lock (_lock)
        {
            if (_streams.TryGetValue(place.Call, out older) && older.Attempt >= place.Attempt)
            {
                return false;
            }

            _streams[place.Call] = place;
        }

        older?.HandOver("a newer stream of the call took over");
        return true;
    }

    internal void Leave(CallPlace place)
    {
        lock (_lock)
        {
            _places.Remove(place);
            if (_streams.GetValueOrDefault(place.Call) == place)
            {
                _streams.Remove(place.Call);
            }
        }
    }

    // Who is to leave now. A session is asked outside of the lock: it has locks of its own.
    private List<CallPlace> Due(TimeSpan left)
    {
        List<CallPlace> staying;
        lock (_lock)
        {
            staying = [.. _places.Where(place => !place.IsLeaving)];
        }

        var isTime = left <= LookEvery * Math.Ceiling(staying.Count / (double)MostAtOnce);
        return [.. staying.Where(place => isTime || place.MayMove).Take(MostAtOnce)];
    }
}
