namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// Wakes the loops of all calls of a process when they have waited long enough, and looks after each call once a second: two timers for hundreds of
/// calls, still while nobody waits. Times are rounded up to the next tick, so that those who wait wake together: to wake a processor costs more than
/// most of what is done then.
/// </summary>
public sealed class Pacer : IDisposable
{
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1);

    // The playback's lead is far longer.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongTick = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly ITimer _watchTimer;
    private readonly List<Watcher> _watchers = [];
    private readonly Lock _lock = new();
    private readonly List<Waiter> _waiters = [];
    private readonly List<Signal> _due = [];
    private List<Signal>? _spare = [];
    private bool _firing;
    private long _next = long.MaxValue; // the tick the timer is set to

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

    /// <summary>Signals once, after <paramref name="delay"/> and at most 20 ms.</summary>
    internal void WakeAfter(TimeSpan delay, Signal signal) => WakeAfter(delay, Tick, signal);

    /// <summary>
    /// Signals once, after <paramref name="delay"/> and at most 100 ms: a waiter that may block. Such waiters go on one after the other, after all that
    /// must be in time, on one thread of the pool, for each thread that is woken costs.
    /// </summary>
    internal void WakeAtLeisure(TimeSpan delay, Signal signal) => WakeAfter(delay, LongTick, signal, mayBlock: true);

    private void WakeAfter(TimeSpan delay, TimeSpan tick, Signal signal, bool mayBlock = false)
    {
        var due = RoundedUp(_time.GetTimestamp() + Ticks(delay), Ticks(tick));
        lock (_lock)
        {
            _waiters.Add(new Waiter(signal, due, mayBlock));
            if (due < _next && !_firing)
            {
                SetTo(due);
            }
        }
    }

    private void OnTick()
    {
        List<Signal> mayBlock;
        lock (_lock)
        {
            if (_firing)
            {
                return; // the tick before is still waking loops; it sets the timer when it has
            }

            (mayBlock, _spare) = (_spare ?? [], null);
            TakeDue(mayBlock);
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
            SetTo(_waiters.Count == 0 ? long.MaxValue : _waiters.Min(waiter => waiter.Due));
        }

        foreach (var signal in mayBlock)
        {
            signal.SetHere();
        }

        mayBlock.Clear();
        lock (_lock)
        {
            _spare = mayBlock;
        }
    }

    private void SetTo(long next)
    {
        _next = next;
        var left = Math.Max(0, next - _time.GetTimestamp()) * 1000.0 / _time.TimestampFrequency;
        var wait = next == long.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Ceiling(left)); // a timer cuts fractions off, and would come too early
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void TakeDue(List<Signal> mayBlock)
    {
        var now = _time.GetTimestamp();
        var kept = 0;
        for (var i = 0; i < _waiters.Count; i++)
        {
            if (_waiters[i].Due <= now)
            {
                (_waiters[i].MayBlock ? mayBlock : _due).Add(_waiters[i].Signal);
            }
            else
            {
                _waiters[kept++] = _waiters[i];
            }
        }

        _waiters.RemoveRange(kept, _waiters.Count - kept);
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);

    private static long RoundedUp(long value, long unit) => (value + unit - 1) / unit * unit;

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

    private readonly record struct Waiter(Signal Signal, long Due, bool MayBlock);
}
