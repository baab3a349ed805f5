using PhoneAgent.Simulator.Phone;

namespace PhoneAgent.Tests.Phone;

public sealed class LineClockTests
{
    private readonly ManualTime _time = new();
    private readonly LineClock _clock;

    public LineClockTests() => _clock = new LineClock(_time);

    [Fact]
    public void Before_the_answer_it_is_nought()
    {
        Pass(1_000);
        Assert.Equal(0, _clock.NowMs);
    }

    [Fact]
    public void A_line_that_gets_on_has_the_time_of_the_clock_also_when_it_is_a_little_late()
    {
        _clock.Start();
        for (var ms = 0; ms < 10_000; ms += 190)
        {
            _clock.Reach(ms);
            Pass(190);
            Assert.Equal(ms + 190, _clock.NowMs);
        }

        Assert.Equal(0, _clock.StoodMs);
    }

    [Fact]
    public void While_the_line_does_not_get_on_time_stands_still_and_then_goes_on_from_there()
    {
        _clock.Start();
        Pass(1_000);
        _clock.Reach(1_000);
        Pass(800);
        Assert.Equal(1_000 + LineClock.MostBehindMs, _clock.NowMs);
        Pass(5_000);
        Assert.Equal(1_000 + LineClock.MostBehindMs, _clock.NowMs);
        Assert.Equal(800 + 5_000 - LineClock.MostBehindMs, _clock.StoodMs);

        _clock.Reach(1_000 + LineClock.MostBehindMs);
        Pass(60);
        Assert.Equal(1_000 + LineClock.MostBehindMs + 60, _clock.NowMs);
    }

    private void Pass(int ms) => _time.Advance(TimeSpan.FromMilliseconds(ms));
}
