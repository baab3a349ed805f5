using System.Runtime.CompilerServices;

namespace PhoneAgent.Tests;

public sealed class ManualTimeTests
{
    private readonly ManualTime _time = new();
    private readonly List<string> _fired = [];

    [Fact]
    public void Timers_fire_in_the_order_in_which_they_fall_due_each_at_its_own_time()
    {
        using var twice = Timer("a", dueIn: 2, period: 3);
        using var once = Timer("b", dueIn: 4);
        using var inTurn = Timer("c", dueIn: 4);
        Pass(1);
        Assert.Empty(_fired);
        Pass(6);
        Assert.Equal(["a at 2", "b at 4", "c at 4", "a at 5"], _fired);
        Assert.Equal(TimeSpan.FromSeconds(7), _time.GetElapsedTime(0));
    }

    [Fact]
    public void What_a_timer_changes_or_ends_counts_at_once()
    {
        using var later = Timer("later", dueIn: 3);
        using var ended = Timer("ended", dueIn: 4);
        using var changing = _time.CreateTimer(_ => { later.Change(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1)); ended.Dispose(); }, null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        Pass(8);
        Assert.Equal(["later at 7", "later at 8"], _fired);
    }

    [Fact]
    public void A_timer_that_was_disposed_or_has_fired_for_the_last_time_is_forgotten()
    {
        var disposed = State(dueIn: 9, period: 9, dispose: true);
        var fired = State(dueIn: 1, period: 0);
        var kept = State(dueIn: 1, period: 9);
        Pass(1);
        GC.Collect();
        Assert.Equal([false, false, true], [disposed.IsAlive, fired.IsAlive, kept.IsAlive]);
        Assert.Equal(["fired at 1", "fired at 1"], _fired);
    }

    private void Pass(int seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private ITimer Timer(object name, int dueIn, int period = 0) =>
        _time.CreateTimer(state => _fired.Add($"{state} at {_time.GetElapsedTime(0).TotalSeconds}"), name, TimeSpan.FromSeconds(dueIn), TimeSpan.FromSeconds(period));

    // Apart, so that no variable of the test holds it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference State(int dueIn, int period, bool dispose = false)
    {
        var state = new string("fired".AsSpan());
        var timer = Timer(state, dueIn, period);
        if (dispose)
        {
            timer.Dispose();
        }

        return new WeakReference(state);
    }
}
