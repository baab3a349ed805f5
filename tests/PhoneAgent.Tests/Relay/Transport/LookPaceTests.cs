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
            Run(pace, perSecond, atOnce, from: 0);
            Assert.Equal(rests, pace.Rests);
        }
    }

    [Fact]
    public void It_stops_resting_soon_after_the_calls_have_ended()
    {
        var pace = new LookPace();
        Run(pace, 9_000, 9, from: 0);
        Assert.True(pace.Rests);

        Run(pace, 1_500, 1, from: 1, changes: 130); // within a tenth of a second

        Assert.False(pace.Rests);
    }

    [Fact]
    public void A_burst_after_a_silence_is_taken_at_once()
    {
        var pace = new LookPace();
        Run(pace, 100, 1, from: 0);

        pace.Found(256, 30 * Stopwatch.Frequency);

        Assert.False(pace.Rests);
    }

    private static void Run(LookPace pace, int perSecond, int atOnce, double from, int changes = 2_000)
    {
        for (var seen = 0; seen < changes; seen += atOnce)
        {
            pace.Found(atOnce, (long)((from + ((double)(seen + atOnce) / perSecond)) * Stopwatch.Frequency));
        }
    }
}
