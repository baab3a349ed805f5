namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// Wakes the playback loops of all calls of a process when their next audio is due, and looks after each call once a second:
/// two timers for hundreds of calls, ticking only while somebody waits. A loop is woken at the first tick at or after its time, so up to one tick late;
/// the playback's lead is far longer than that.
/// </summary>
public sealed class Pacer : IDisposable
{
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly ITimer _watchTimer;
    private readonly List<Watcher> _watchers = [];
    private readonly Lock _lock = new();
    private readonly List<Waiter> _waiters = [];
    private readonly List<Signal> _due = [];
    private bool _firing;
    private bool _ticking;

    /// <summary>Creates a pacer that stands still until somebody waits.</summary>
    public Pacer(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _watchTimer = time.CreateTimer(static state => ((Pacer)state!).OnWatch(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer = time.CreateTimer(static state => ((Pacer)state!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _timer.Dispose();
        _watchTimer.Dispose();
    }

    /// <summary>Calls back about once a second, until the result is disposed. Must return quickly and not throw.</summary>
    internal IDisposable Watch(Action look)
    {
        var watch = new Watcher(this, look);
        lock (_lock)
        {
            if (_watchers.Count == 0)
            {
                _watchTimer.Change(WatchEvery, WatchEvery);
            }

            _watchers.Add(watch);
        }

        return watch;
    }

    /// <summary>Signals once at the first tick at or after <paramref name="delay"/> from now.</summary>
    internal void WakeAfter(TimeSpan delay, Signal signal)
    {
        var due = _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);
        lock (_lock)
        {
            _waiters.Add(new Waiter(signal, due));
            if (!_ticking)
            {
                _ticking = true;
                _timer.Change(Tick, Tick);
            }
        }
    }

    private void OnTick()
    {
        lock (_lock)
        {
            if (_firing)
            {
                return; // the tick before is still waking loops; what became due since then waits for the next
            }

            TakeDue();
            if (_due.Count == 0 && _waiters.Count == 0)
            {
                _ticking = false;
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                return;
            }

            _firing = true;
        }

        foreach (var signal in _due)
        {
            signal.Set();
        }

        lock (_lock)
        {
            _due.Clear();
            _firing = false;
        }
    }

    private void TakeDue()
    {
        var now = _time.GetTimestamp();
        var kept = 0;
        for (var i = 0; i < _waiters.Count; i++)
        {
            if (_waiters[i].Due <= now)
            {
                _due.Add(_waiters[i].Signal);
            }
            else
            {
                _waiters[kept++] = _waiters[i];
            }
        }

        _waiters.RemoveRange(kept, _waiters.Count - kept);
    }

    private void OnWatch()
    {
        for (var i = 0; WatcherAt(i) is { } watcher; i++)
        {
            watcher.Look();
        }
    }

    // One that leaves meanwhile may let another be passed over once; a second later it has its turn.
    private Watcher? WatcherAt(int index)
    {
        lock (_lock)
        {
            return index < _watchers.Count ? _watchers[index] : null;
        }
    }

    private void Leave(Watcher watcher)
    {
        lock (_lock)
        {
            _watchers.Remove(watcher);
            if (_watchers.Count == 0)
            {
                _watchTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private sealed class Watcher(Pacer pacer, Action look) : IDisposable
    {
        public void Look() => look();

        public void Dispose() => pacer.Leave(this);
    }

    private readonly record struct Waiter(Signal Signal, long Due);
}
