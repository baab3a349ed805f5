namespace PhoneAgent.Tests.Audio;

/// <summary>Test tones, and what is left of them in a recording: the least-squares fit of a sine of known frequency.</summary>
internal sealed record Tone(double Amplitude, double Phase, double ResidualRms)
{
    /// <summary>−6 dBFS, the level of the tones in the bars.</summary>
    public const double MinusSixDbFs = 16_422;

    /// <summary>What is neither the tone nor silence, against the tone: THD+N when nothing else was put in.</summary>
    public double SignalToResidualDb => Db(Amplitude / Math.Sqrt(2) / ResidualRms);

    public double LevelDb => Db(Amplitude / MinusSixDbFs);

    /// <summary>A tone of −6 dBFS, rounded to 16 bits, its phase 0 at the first sample.</summary>
    public static short[] Sine(double hz, int rate, double seconds)
    {
        var samples = new short[(int)(rate * seconds)];
        for (var n = 0; n < samples.Length; n++)
        {
            samples[n] = (short)Math.Round(MinusSixDbFs * Math.Sin(2 * Math.PI * hz * n / rate));
        }

        return samples;
    }

    /// <summary>Fits the tone to what follows the first <paramref name="skip"/> samples; the phase is that at sample 0.</summary>
    public static Tone Fit(ReadOnlySpan<short> samples, double hz, int rate, int skip)
    {
        double ss = 0, cc = 0, sc = 0, xs = 0, xc = 0;
        for (var n = skip; n < samples.Length; n++)
        {
            var (sin, cos) = Math.SinCos(2 * Math.PI * hz * n / rate);
            ss += sin * sin;
            cc += cos * cos;
            sc += sin * cos;
            xs += samples[n] * sin;
            xc += samples[n] * cos;
        }

        var determinant = (ss * cc) - (sc * sc);
        var a = ((xs * cc) - (xc * sc)) / determinant;
        var b = ((xc * ss) - (xs * sc)) / determinant;
        var residual = 0.0;
        for (var n = skip; n < samples.Length; n++)
        {
            var (sin, cos) = Math.SinCos(2 * Math.PI * hz * n / rate);
            var error = samples[n] - (a * sin) - (b * cos);
            residual += error * error;
        }

        return new Tone(Math.Sqrt((a * a) + (b * b)), Math.Atan2(b, a), Math.Sqrt(residual / (samples.Length - skip)));
    }

    public static double Rms(ReadOnlySpan<short> samples)
    {
        var sum = 0.0;
        foreach (var sample in samples)
        {
            sum += (double)sample * sample;
        }

        return Math.Sqrt(sum / samples.Length);
    }

    public static double Db(double ratio) => 20 * Math.Log10(Math.Max(ratio, 1e-12));
}
