namespace PhoneAgent.Simulator.Sound;

/// <summary>Finds what a caller's recording says one thing after the other: the stretches between its silences.</summary>
public static class Utterances
{
    private const int SilenceMs = 400;
    private const int MinimumSpeechMs = 50;
    private const int PaddingMs = 80;

    // Speech is taken to lie within so much of the recording's loudest 10 ms …
    private const double RangeDb = 32;

    // … and never below this, slightly above what the simulated Gemini still hears (−50 dBFS).
    private const double FloorDbfs = -48;

    /// <summary>Splits a recording at its silences of 400 ms and more.</summary>
    /// <returns>In order, each trimmed to its speech with a little air around it; empty when nobody speaks.</returns>
    public static IReadOnlyList<Utterance> Find(short[] pcm, int rate)
    {
        ArgumentNullException.ThrowIfNull(pcm);
        var threshold = Math.Clamp(LoudestDbfs(pcm, rate) - RangeDb, FloorDbfs, 0);
        var detector = new SpeechDetector(rate, threshold, MinimumSpeechMs, SilenceMs);
        List<SpeechEvent> events = [.. detector.Hear(pcm)];
        events.AddRange(detector.End());

        var padding = rate * PaddingMs / 1000;
        List<Utterance> utterances = [];
        for (var i = 0; i + 1 < events.Count; i += 2)
        {
            var start = (int)Math.Max(0, events[i].At - padding);
            var end = (int)Math.Min(pcm.Length, events[i + 1].At + padding);
            utterances.Add(new Utterance(start, end - start));
        }

        return utterances;
    }

    private static double LoudestDbfs(ReadOnlySpan<short> pcm, int rate)
    {
        var block = rate / 100;
        var loudest = 0.0;
        for (var rest = pcm; rest.Length >= block; rest = rest[block..])
        {
            var power = 0.0;
            foreach (var sample in rest[..block])
            {
                power += (double)sample * sample;
            }

            loudest = Math.Max(loudest, power / block);
        }

        return 10 * Math.Log10(Math.Max(loudest, 1) / (32768.0 * 32768.0));
    }
}

/// <summary>A stretch of a recording in which somebody speaks.</summary>
/// <param name="Start">Its first sample.</param>
/// <param name="Length">Its number of samples.</param>
public readonly record struct Utterance(int Start, int Length);
