using System.Diagnostics;
using PhoneAgent.MediaRelay.Transport;

namespace PhoneAgent.Tests.Relay.Transport;

public sealed class LookPaceTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1_500, 0)] // 20 calls
    [InlineData(3_900, 0)]
    [InlineData(4_100, 5)]
    [InlineData(9_000, 5)] // 120 calls
    [InlineData(16_000, 4)]
    [InlineData(32_000, 2)] // 430 calls
    [InlineData(128_000, 0.5)]
    public void From_many_changes_a_second_on_it_rests_until_enough_of_them_have_come(int perSecond, double milliseconds)
    {
        foreach (var atOnce in (int[])[1, 8, 64, 256])
        {
            var pace = new LookPace();
            var now = Run(pace, perSecond, atOnce, from: 0);
            Assert.Equal(milliseconds, pace.Rest(now).TotalMilliseconds, 3);
        }
    }

    [Fact]
    public void How_long_it_rests_is_not_moved_by_a_burst()
    {
        var pace = new LookPace();
        var now = Run(pace, 16_000, 64, from: 0, changes: 2_048);

        pace.Found(64, now + Ticks(TimeSpan.FromMilliseconds(1)));

        Assert.Equal(TimeSpan.FromMilliseconds(4), pace.Rest(now + Ticks(TimeSpan.FromMilliseconds(1))));
    }

    [Fact]
    public void Time_that_went_by_with_work_is_not_waited_again()
    {
        var pace = new LookPace();
        var now = Run(pace, 9_000, 9, from: 0);

        Assert.Equal(LookPace.Longest / 4, pace.Rest(now + (Ticks(LookPace.Longest) * 3 / 4)));
        Assert.Equal(TimeSpan.Zero, pace.Rest(now + Ticks(LookPace.Longest)));
        Assert.Equal(TimeSpan.Zero, pace.Rest(now + (Stopwatch.Frequency / 100)));
    }

    [Fact]
    public void It_stops_resting_soon_after_the_calls_have_ended()
    {
        var pace = new LookPace();
        Assert.NotEqual(TimeSpan.Zero, pace.Rest(Run(pace, 9_000, 9, from: 0)));

        var now = Run(pace, 1_500, 1, from: 1, changes: 300); // within a fifth of a second

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
