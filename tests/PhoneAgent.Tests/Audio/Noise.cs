namespace PhoneAgent.Tests.Audio;

/// <summary>Full-scale white noise and random chunk sizes, the same for the same seed.</summary>
internal static class Noise
{
    public static short[] White(int seed, int length)
    {
        var random = new Random(seed);
        var samples = new short[length];
        for (var n = 0; n < length; n++)
        {
            samples[n] = (short)random.Next(short.MinValue, short.MaxValue + 1);
        }

        return samples;
    }

    /// <summary>Splits a length at random: mostly the sizes calls have, also nothing, single samples and odd sizes.</summary>
    public static IEnumerable<int> Chunks(int seed, int length)
    {
        var random = new Random(seed);
        int[] usual = [0, 1, 2, 3, 79, 80, 81, 159, 160, 161, 480, 960, 2400];
        while (length > 0)
        {
            var wanted = random.Next(2) == 0 ? usual[random.Next(usual.Length)] : random.Next(700);
            var chunk = Math.Min(wanted, length);
            length -= chunk;
            yield return chunk;
        }
    }
}
