namespace PhoneAgent.Tests;

/// <summary>
/// A clock that moves when told and fires what falls due on its way, each timer at its own time, on the thread that moves it. A timer that was disposed
/// or has fired for the last time is forgotten.
/// </summary>
/// <param name="beginning">What it shows first.</param>
internal class ManualTime(DateTimeOffset beginning) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _waiting = [];
    private long _passed;

    public ManualTime()
        : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _passed);

    public override DateTimeOffset GetUtcNow() => beginning.AddTicks(Volatile.Read(ref _passed));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        var until = Volatile.Read(ref _passed) + time.Ticks;
        while (NextDue(until) is { } timer)
        {
            timer.Fire();
        }
    }

    // Moves to the next timer that is due until then, or until then.
    private ManualTimer? NextDue(long until)
    {
        lock (_gate)
        {
            ManualTimer? next = null;
            foreach (var timer in _waiting)
            {
                if (timer.Due <= until && (next is null || timer.Due < next.Due))
                {
                    next = timer;
                }
            }

            _passed = Math.Max(_passed, next?.Due ?? until);
            next?.ArmAgain();
            return next;
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;
        private volatile bool _firing;

        public long Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                _period = period > TimeSpan.Zero ? period : Timeout.InfiniteTimeSpan;
                Arm(dueTime);
                return true;
            }
        }

        public void ArmAgain() => Arm(_period);

        public void Fire()
        {
            _firing = true;
            try
            {
                callback(state);
            }
            finally
            {
                _firing = false;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        // As the framework's: what it called back has returned.
        public async ValueTask DisposeAsync()
        {
            Dispose();
            while (_firing)
            {
                await Task.Yield();
            }
        }

        private void Arm(TimeSpan dueIn)
        {
            time._waiting.Remove(this);
            if (dueIn >= TimeSpan.Zero)
            {
                Due = time._passed + dueIn.Ticks;
                time._waiting.Add(this);
            }
        }
    }
}
