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

    private readonly Lock _lock = new();
    private readonly HashSet<CallPlace> _places = [];
    private readonly Dictionary<CallSid, CallPlace> _streams = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
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

    /// <summary>Admits nobody any more and hands every call over; completes when the last has left.</summary>
    public Task DrainAsync()
    {
        CallPlace[] places;
        lock (_lock)
        {
            _draining = true;
            places = [.. _places];
            if (places.Length == 0)
            {
                _drained.TrySetResult();
            }
        }

        foreach (var place in places)
        {
            place.HandOver("this relay is stopping");
        }

        return _drained.Task;
    }

    /// <summary>Makes a place the one stream of its call; false when the call has one of the same or a newer attempt.</summary>
    internal bool TryTakeOver(CallPlace place)
    {
        CallPlace? older;
        bool draining;
        lock (_lock)
        {
            if (_streams.TryGetValue(place.Call, out older) && older.Attempt >= place.Attempt)
            {
                return false;
            }

            _streams[place.Call] = place;
            draining = _draining;
        }

        older?.HandOver("a newer stream of the call took over");
        if (draining)
        {
            place.HandOver("this relay is stopping");
        }

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

            if (_draining && _places.Count == 0)
            {
                _drained.TrySetResult();
            }
        }
    }
}
