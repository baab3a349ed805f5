using System.Diagnostics;
using PhoneAgent.MediaRelay.Transport;

namespace PhoneAgent.Tests.Relay.Transport;

public sealed class LookPaceTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(1_500, false)] // 20 calls
    [InlineData(3_900, false)]
    [InlineData(4_100, true)]
    [InlineData(9_000, true)] // 120 calls
    [InlineData(100_000, true)]
    public void It_rests_from_many_changes_a_second_on(int perSecond, bool rests)
    {
        foreach (var atOnce in (int[])[1, 7, 64, 256])
        {
            var pace = new LookPace();
            var now = Run(pace, perSecond, atOnce, from: 0);
            Assert.Equal(rests ? LookPace.Interval : TimeSpan.Zero, pace.Rest(now));
        }
    }

    [Fact]
    public void Time_that_went_by_with_work_is_not_waited_again()
    {
        var pace = new LookPace();
        var now = Run(pace, 9_000, 9, from: 0);

        Assert.Equal(LookPace.Interval / 4, pace.Rest(now + (Ticks(LookPace.Interval) * 3 / 4)));
        Assert.Equal(TimeSpan.Zero, pace.Rest(now + Ticks(LookPace.Interval)));
        Assert.Equal(TimeSpan.Zero, pace.Rest(now + (Stopwatch.Frequency / 100)));
    }

    [Fact]
    public void It_stops_resting_soon_after_the_calls_have_ended()
    {
        var pace = new LookPace();
        Assert.NotEqual(TimeSpan.Zero, pace.Rest(Run(pace, 9_000, 9, from: 0)));

        var now = Run(pace, 1_500, 1, from: 1, changes: 130); // within a tenth of a second

        Assert.Equal(TimeSpan.Zero, pace.Rest(now));
    }

    [Fact]
    public void A_burst_after_a_silence_is_taken_at_once()
    {
        var pace = new LookPace();
        Run(pace, 100, 1, from: 0);

        pace.Found(256, 30 * Stopwatch.Frequency);

        Assert.Equal(TimeSpan.Zero, pace.Rest(30 * Stopwatch.Frequency));
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    // Looks until so many changes were found; returns when the last look was.
    private static long Run(LookPace pace, int perSecond, int atOnce, double from, int changes = 2_000)
    {
        var now = 0L;
        for (var seen = 0; seen < changes; seen += atOnce)
        {
            now = (long)((from + ((double)(seen + atOnce) / perSecond)) * Stopwatch.Frequency);
            pace.Found(atOnce, now);
        }

        return now;
    }
}
