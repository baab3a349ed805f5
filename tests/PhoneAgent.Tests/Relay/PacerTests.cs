using PhoneAgent.MediaRelay.Calls;

namespace PhoneAgent.Tests.Relay;

public sealed class PacerTests : IDisposable
{
    private readonly CountingTime _time = new();
    private readonly Pacer _pacer;

    public PacerTests() => _pacer = new Pacer(_time);

    public void Dispose() => _pacer.Dispose();

    [Fact]
    public void Whoever_waits_is_woken_when_the_time_is_over_and_at_most_a_tick_later()
    {
        var random = new Random(1);
        List<(long Late, long AtMost)> woken = [];
        for (var i = 0; i < 500; i++)
        {
            _ = WaitAsync(TimeSpan.FromMilliseconds(random.Next(3_000)), atLeisure: i % 2 == 0, woken.Add);
            _time.Advance(TimeSpan.FromMicroseconds(random.Next(20_000)));
        }

        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(500, woken.Count);
        Assert.All(woken, one => Assert.InRange(one.Late, 0, one.AtMost));
    }

    [Fact]
    public void Those_who_have_leisure_wake_together_ten_times_a_second()
    {
        var woken = 0;
        var fired = _time.Fired;
        for (var ms = 0; ms < 10_000; ms += 10)
        {
            _ = WaitAsync(TimeSpan.FromSeconds(1), atLeisure: true, _ => woken++);
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.InRange(woken, 880, 920); // those of the last second still wait
        Assert.InRange(_time.Fired - fired, 88, 92);
    }

    [Fact]
    public void A_short_wait_is_not_held_up_by_a_long_one()
    {
        List<(long Late, long AtMost)> woken = [];
        _ = WaitAsync(TimeSpan.FromSeconds(10), atLeisure: true, woken.Add);
        _ = WaitAsync(TimeSpan.FromMilliseconds(30), atLeisure: false, woken.Add);

        _time.Advance(TimeSpan.FromMilliseconds(60));

        Assert.Single(woken);
    }

    [Fact]
    public void A_loop_that_waits_again_at_once_is_woken_again_and_again()
    {
        var rounds = 0;
        Again(default);

        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.InRange(rounds, 166, 168); // 50 ms are 60

        void Again((long Late, long AtMost) woken)
        {
            rounds++;
            _ = WaitAsync(TimeSpan.FromMilliseconds(50), atLeisure: false, Again);
        }
    }

    [Fact]
    public void It_stands_still_while_nobody_waits()
    {
        _ = WaitAsync(TimeSpan.FromMilliseconds(50), atLeisure: false, _ => { });
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _time.Fired);

        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, _time.Fired);
    }

    // Tells how late it was and may be, in ticks; at once, on the thread that moves the clock.
    private async Task WaitAsync(TimeSpan delay, bool atLeisure, Action<(long Late, long AtMost)> woken)
    {
        var signal = new Signal();
        var due = _time.GetTimestamp() + delay.Ticks;
        if (atLeisure)
        {
            _pacer.WakeAtLeisure(delay, signal);
        }
        else
        {
            _pacer.WakeAfter(delay, signal);
        }

        await signal.WaitAsync().ConfigureAwait(false);
        woken((_time.GetTimestamp() - due, (atLeisure ? 101 : 21) * TimeSpan.TicksPerMillisecond)); // a timer counts whole milliseconds
    }

    private sealed class CountingTime : ManualTime
    {
        public int Fired { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(
            arg =>
            {
                Fired++;
                callback(arg);
            },
            state,
            dueTime,
            period);
    }
}
