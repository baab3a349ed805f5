namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// Wakes the playback loops of all calls of a process when their next audio is due: one timer for hundreds of calls,
/// ticking only while somebody waits. A loop is woken at the first tick at or after its time, so up to one tick late;
/// the playback's lead is far longer than that.
/// </summary>
public sealed class Pacer : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
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
        _timer = time.CreateTimer(static state => ((Pacer)state!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

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

    private readonly record struct Waiter(Signal Signal, long Due);
}
