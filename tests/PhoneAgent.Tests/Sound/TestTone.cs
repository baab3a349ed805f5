namespace PhoneAgent.Tests.Sound;

/// <summary>Sine tones and how loud they are.</summary>
internal static class TestTone
{
    public static short[] Sine(double hertz, int rate, double seconds, double dbfsPeak = -6)
    {
        var peak = 32767 * Math.Pow(10, dbfsPeak / 20);
        return [.. Enumerable.Range(0, (int)(rate * seconds)).Select(i => (short)Math.Round(peak * Math.Sin(2 * Math.PI * hertz * i / rate)))];
    }

    public static short[] Silence(int rate, double seconds) => new short[(int)(rate * seconds)];

    public static double RmsDb(ReadOnlySpan<short> samples)
    {
        var power = 0.0;
        foreach (var sample in samples)
        {
            power += (double)sample * sample;
        }

        return 10 * Math.Log10(Math.Max(power / samples.Length, 1e-9) / (32768.0 * 32768.0));
    }

    /// <summary>What is left when the best-fitting sine of that frequency is taken out, against that sine.</summary>
    public static double ResidualDb(ReadOnlySpan<short> samples, double hertz, int rate)
    {
        double cos = 0, sin = 0, total = 0;
        for (var i = 0; i < samples.Length; i++)
        {
            cos += samples[i] * Math.Cos(2 * Math.PI * hertz * i / rate);
            sin += samples[i] * Math.Sin(2 * Math.PI * hertz * i / rate);
            total += (double)samples[i] * samples[i];
        }

        var tone = 2 * ((cos * cos) + (sin * sin)) / samples.Length;
        return 10 * Math.Log10(Math.Max(total - tone, 1e-9) / tone);
    }
}
