namespace PhoneAgent.Tests.Relay;

/// <summary>A clock that moves when told, firing timers on the thread that moves it.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];
    private long _now;

    /// <summary>What the continuations of delays, timers that fire once, have allocated on the thread that moves the clock.</summary>
    public long AllocatedByDelays { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddYears(56).AddTicks(_now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        lock (_timers)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    public void Advance(TimeSpan time)
    {
        _now += time.Ticks;
        for (var i = 0; TimerAt(i) is { } timer; i++)
        {
            timer.FireIfDue();
        }
    }

    private ManualTimer? TimerAt(int index)
    {
        lock (_timers)
        {
            return index < _timers.Count ? _timers[index] : null;
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private long _due = long.MaxValue;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            _due = dueTime < TimeSpan.Zero ? long.MaxValue : time._now + dueTime.Ticks;
            return true;
        }

        public void FireIfDue()
        {
            while (_due <= time._now)
            {
                if (_period > TimeSpan.Zero)
                {
                    _due += _period.Ticks;
                    callback(state);
                }
                else
                {
                    _due = long.MaxValue;
                    var before = GC.GetAllocatedBytesForCurrentThread();
                    callback(state);
                    time.AllocatedByDelays += GC.GetAllocatedBytesForCurrentThread() - before;
                }
            }
        }

        public void Dispose() => _due = long.MaxValue;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
