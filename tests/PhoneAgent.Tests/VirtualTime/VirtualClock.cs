namespace PhoneAgent.Tests.VirtualTime;

/// <summary>
/// A clock that stands still while anything can run, and jumps to the next timer when nothing can. Everything runs on
/// the test's own thread, one piece after the other, so the same call gives the same trace every time.
/// </summary>
internal sealed class VirtualClock : TimeProvider
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const int MostAtOnce = 100_000;

    private readonly PriorityQueue<VirtualTimer, (long Due, long Order)> _timers = new();
    private readonly Loop _loop = new();
    private long _now;
    private long _order;
    private int _firedAtOnce;

    /// <inheritdoc />
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Time since the beginning.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(_now);

    /// <summary>Runs a scenario to its end, in virtual time.</summary>
    /// <exception cref="InvalidOperationException">Nothing can run and no timer is due, yet the scenario has not ended; or work came from another thread.</exception>
    public static void Run(Func<VirtualClock, Task> scenario)
    {
        var time = new VirtualClock();
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(time._loop);
        try
        {
            var running = scenario(time);
            while (true)
            {
                time._loop.RunReady();
                if (running.IsCompleted)
                {
                    running.GetAwaiter().GetResult();
                    return;
                }

                time.FireNext();
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <inheritdoc />
    public override long GetTimestamp() => _now;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => Epoch + Elapsed;

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _loop.AssertOwnThread();
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets this much time pass for the scenario.</summary>
    public Task Pass(TimeSpan time) => Task.Delay(time, this);

    private void FireNext()
    {
        while (_timers.TryDequeue(out var timer, out var at))
        {
            if (timer.IsArmedFor(at.Order))
            {
                _firedAtOnce = at.Due == _now ? _firedAtOnce + 1 : 0;
                if (_firedAtOnce > MostAtOnce)
                {
                    throw new InvalidOperationException($"Spinning at {Elapsed}: timers fire without end, and no time passes.");
                }

                _now = at.Due;
                timer.Fire();
                return;
            }
        }

        throw new InvalidOperationException($"Stuck at {Elapsed}: nothing can run and no timer is due.");
    }

    private sealed class VirtualTimer(VirtualClock time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;
        private long _armed = -1;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            time._loop.AssertOwnThread();
            _period = period;
            Arm(dueTime);
            return true;
        }

        public bool IsArmedFor(long order) => _armed == order;

        public void Fire()
        {
            Arm(_period > TimeSpan.Zero ? _period : Timeout.InfiniteTimeSpan);
            callback(state);
        }

        public void Dispose() => _armed = -1;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Arm(TimeSpan dueIn)
        {
            _armed = -1;
            if (dueIn >= TimeSpan.Zero)
            {
                _armed = time._order++;
                time._timers.Enqueue(this, (time._now + dueIn.Ticks, _armed));
            }
        }
    }

    private sealed class Loop : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Callback, object? State)> _ready = new();
        private readonly int _thread = Environment.CurrentManagedThreadId;

        public override void Post(SendOrPostCallback d, object? state)
        {
            AssertOwnThread();
            _ready.Enqueue((d, state));
        }

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        public void RunReady()
        {
            while (_ready.TryDequeue(out var work))
            {
                work.Callback(work.State);
            }
        }

        public void AssertOwnThread()
        {
            if (Environment.CurrentManagedThreadId != _thread)
            {
                throw new InvalidOperationException("Something left the loop for another thread.");
            }
        }
    }
}
