using System.Runtime.Intrinsics;
using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.Tests.Audio;

public sealed class FirTests
{
    private const int Phases = 3;
    private const int TapsPerPhase = 7;
    private const int LineLength = (2 * Fir.Block) + TapsPerPhase - 1 + 3;

    private readonly float[] _taps = Floats(1, Phases * TapsPerPhase);
    private readonly float[] _lines = Floats(2, Phases * LineLength);

    [Fact]
    public void Registers_of_every_width_compute_the_same_sums_to_the_last_bit()
    {
        var expected = Reference();
        Assert.Equal(expected, Sums(Fir.Filter<Lanes16, Vector512<float>>));
        Assert.Equal(expected, Sums(Fir.Filter<Lanes8, Vector256<float>>));
        Assert.Equal(expected, Sums(Fir.Filter<Lanes4, Vector128<float>>));
        Assert.Equal(expected, Sums(Fir.Filter));
    }

    [Fact]
    public void Whole_blocks_hold_what_is_asked_and_waste_less_than_one()
    {
        Assert.Equal([0, 80, 80, 160, 160], new[] { 0, 1, 80, 81, 160 }.Select(Fir.WholeBlocks));
    }

    private float[] Reference()
    {
        var sums = new float[2 * Fir.Block];
        for (var i = 0; i < sums.Length; i++)
        {
            for (var phase = 0; phase < Phases; phase++)
            {
                for (var k = 0; k < TapsPerPhase; k++)
                {
                    sums[i] = MathF.FusedMultiplyAdd(_taps[(phase * TapsPerPhase) + k], _lines[(phase * LineLength) + i + k], sums[i]);
                }
            }
        }

        return sums;
    }

    private float[] Sums(FilterPath filter)
    {
        var sums = new float[2 * Fir.Block];
        filter(_taps, _lines, Phases, sums);
        return sums;
    }

    private static float[] Floats(int seed, int length)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)];
    }

    private delegate void FilterPath(ReadOnlySpan<float> taps, ReadOnlySpan<float> lines, int phases, Span<float> sums);
}
