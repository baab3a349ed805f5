namespace PhoneAgent.Tests.Speech;

/// <summary>How well recordings of the orders are understood, as the part of the words that is not.</summary>
internal static class Intelligibility
{
    private const int Seeds = 4;

    // The model was made from real lines and cannot take digital silence. −62 dBFS is about the noise that µ-law adds to
    // speech, and low enough not to cover what a bad converter leaves above 4 kHz.
    private const double NoiseRms = 25;

    /// <summary>The word error rate over the recordings, 16 kHz, each with several noises.</summary>
    public static async Task<double> WordErrorRateAsync(IReadOnlyList<short[]> recordings)
    {
        Assert.Equal(Orders.Sentences.Length, recordings.Count);
        var noisy = Enumerable.Range(0, Seeds).SelectMany(seed => recordings.Select((one, i) => WithNoise(one, (100 * seed) + i))).ToList();
        var heard = await Recogniser.RecogniseAsync(noisy, Orders.Grammar);
        var errors = heard.Select((words, i) => Errors(Words(Orders.Sentences[i % recordings.Count]), Words(words))).Sum();
        return (double)errors / (Seeds * Orders.Sentences.Sum(sentence => Words(sentence).Length));
    }

    /// <summary>Words to insert, drop or change to get from one to the other.</summary>
    internal static int Errors(string[] said, string[] heard)
    {
        var row = Enumerable.Range(0, heard.Length + 1).ToArray();
        foreach (var word in said)
        {
            var before = row[0]++;
            for (var i = 1; i <= heard.Length; i++)
            {
                (before, row[i]) = (row[i], Math.Min(Math.Min(row[i - 1], row[i]) + 1, before + (heard[i - 1] == word ? 0 : 1)));
            }
        }

        return row[^1];
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static short[] WithNoise(short[] recording, int seed)
    {
        var random = new Random(seed); // a seeded one gives the same numbers everywhere
        return [.. recording.Select(sample => (short)Math.Clamp(Math.Round(sample + (NoiseRms * Gaussian(random))), short.MinValue, short.MaxValue))];
    }

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
