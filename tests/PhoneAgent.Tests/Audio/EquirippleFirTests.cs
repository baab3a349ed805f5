using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.Tests.Audio;

public sealed class EquirippleFirTests
{
    [Fact]
    public void Designs_are_symmetric_so_that_all_frequencies_are_delayed_alike()
    {
        var taps = EquirippleFir.Design(36, 8000, 3400);
        Assert.Equal(taps, taps.Reverse());
    }

    [Fact]
    public void Designs_spread_the_error_evenly_over_the_stopband()
    {
        var taps = EquirippleFir.Design(60, 24_000, 3000, 5000, stopWeight: 10);
        var gains = Enumerable.Range(0, 1401).Select(n => Gain(taps, 5000 + (5.0 * n), 24_000)).ToArray();
        var crests = Enumerable.Range(1, gains.Length - 2).Where(n => gains[n] > gains[n - 1] && gains[n] > gains[n + 1]).Select(n => Tone.Db(gains[n])).ToArray();
        Assert.InRange(crests.Length, 12, 30);
        Assert.InRange(crests.Max() - crests.Min(), 0, 1);
    }

    [Fact]
    public void A_heavier_stopband_is_better_stopped()
    {
        double WorstDb(double weight)
        {
            var taps = EquirippleFir.Design(30, 24_000, 3000, 5000, weight);
            return Enumerable.Range(0, 71).Max(n => Tone.Db(Gain(taps, 5000 + (100.0 * n), 24_000)));
        }

        Assert.InRange(WorstDb(1) - WorstDb(10), 5, 20);
    }

    [Fact]
    public void Odd_lengths_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("length", () => EquirippleFir.Design(35, 8000, 3400));
    }

    private static double Gain(float[] taps, double hz, double rate)
    {
        double re = 0, im = 0;
        for (var n = 0; n < taps.Length; n++)
        {
            var (sin, cos) = Math.SinCos(2 * Math.PI * hz * n / rate);
            re += taps[n] * cos;
            im += taps[n] * sin;
        }

        return Math.Sqrt((re * re) + (im * im));
    }
}
