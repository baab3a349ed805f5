using PhoneAgent.Simulator.Sound;

namespace PhoneAgent.Tests.Sound;

public sealed class ResamplingTests
{
    [Theory]
    [InlineData(8000, 16000)]
    [InlineData(16000, 8000)]
    [InlineData(16000, 24000)]
    [InlineData(22050, 8000)]
    [InlineData(44100, 16000)]
    [InlineData(48000, 8000)]
    [InlineData(11025, 8000)]
    public void A_tone_keeps_its_level_and_gains_nothing_else(int from, int to)
    {
        var converted = Resampling.Convert(TestTone.Sine(1000, from, 0.5), from, to);
        Assert.Equal((int)Math.Round(from * 0.5 * to / from), converted.Length, tolerance: 1);
        var middle = converted.AsSpan(to / 8, to / 4); // whole periods, away from the edges
        Assert.Equal(-9.03, TestTone.RmsDb(middle), tolerance: 0.05);
        Assert.True(TestTone.ResidualDb(middle, 1000, to) < -75, $"{TestTone.ResidualDb(middle, 1000, to):0.0} dB");
    }

    [Fact]
    public void The_band_is_flat_to_ninety_percent()
    {
        var converted = Resampling.Convert(TestTone.Sine(3600, 48000, 0.5), 48000, 8000);
        Assert.Equal(-9.03, TestTone.RmsDb(converted.AsSpan(1000, 2000)), tolerance: 0.1);
    }

    [Theory]
    [InlineData(4400)]
    [InlineData(7000)]
    [InlineData(15000)]
    public void What_the_lower_rate_cannot_hold_is_gone(double hertz)
    {
        var converted = Resampling.Convert(TestTone.Sine(hertz, 48000, 0.5), 48000, 8000);
        Assert.True(TestTone.RmsDb(converted.AsSpan(1000, 2000)) < -85);
    }

    [Fact]
    public void The_same_rate_copies_and_nothing_gives_nothing()
    {
        short[] samples = [1, 2, 3];
        var copy = Resampling.Convert(samples, 8000, 8000);
        Assert.Equal(samples, copy);
        Assert.NotSame(samples, copy);
        Assert.Empty(Resampling.Convert([], 8000, 16000));
    }

    [Fact]
    public void Full_scale_is_clipped_and_does_not_wrap()
    {
        var square = Enumerable.Range(0, 800).Select(i => i / 20 % 2 == 0 ? short.MaxValue : short.MinValue).ToArray();
        var converted = Resampling.Convert(square, 8000, 16000);
        Assert.All(Enumerable.Range(10, 20).Select(i => converted[80 + i]), sample => Assert.True(sample > 20000));
    }
}
