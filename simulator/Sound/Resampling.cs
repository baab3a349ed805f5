namespace PhoneAgent.Simulator.Sound;

/// <summary>
/// Changes the rate of a whole recording at once, for files and clips. Windowed sinc with a Kaiser window
/// (https://ccrma.stanford.edu/~jos/resample/): flat to 90 % of the smaller Nyquist frequency, images and aliases
/// about 90 dB down.
/// </summary>
public static class Resampling
{
    private const int ZeroCrossings = 48;
    private const int StepsPerCrossing = 512;
    private const double KaiserBeta = 9;

    // −6 dB point as a part of the smaller Nyquist frequency: the transition ends just above it.
    private const double Rolloff = 0.955;

    // One side of sinc × window, so finely sampled that straight lines between the points err below −110 dB.
    private static readonly double[] Kernel = MakeKernel();

    /// <summary>The same sound at another rate.</summary>
    /// <param name="pcm">The sound.</param>
    /// <param name="fromRate">Its samples per second.</param>
    /// <param name="toRate">The wanted samples per second.</param>
    public static short[] Convert(short[] pcm, int fromRate, int toRate)
    {
        ArgumentNullException.ThrowIfNull(pcm);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(fromRate);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(toRate);
        if (fromRate == toRate)
        {
            return [.. pcm];
        }

        var converted = new short[(int)((((long)pcm.Length * toRate) + (fromRate / 2)) / fromRate)];
        var crossingsPerSample = Math.Min(1.0, (double)toRate / fromRate) * Rolloff;
        var reach = ZeroCrossings / crossingsPerSample; // in input samples, to either side
        for (var n = 0; n < converted.Length; n++)
        {
            var centre = (double)((long)n * fromRate) / toRate;
            var first = Math.Max(0, (int)Math.Ceiling(centre - reach));
            var last = Math.Min(pcm.Length - 1, (int)Math.Floor(centre + reach));
            var sum = 0.0;
            for (var i = first; i <= last; i++)
            {
                var point = Math.Abs(i - centre) * crossingsPerSample * StepsPerCrossing;
                var index = (int)point;
                sum += pcm[i] * (Kernel[index] + ((point - index) * (Kernel[index + 1] - Kernel[index])));
            }

            converted[n] = (short)Math.Clamp(Math.Round(sum * crossingsPerSample), short.MinValue, short.MaxValue);
        }

        return converted;
    }

    private static double[] MakeKernel()
    {
        var kernel = new double[(ZeroCrossings * StepsPerCrossing) + 2];
        for (var i = 0; i <= ZeroCrossings * StepsPerCrossing; i++)
        {
            var x = (double)i / StepsPerCrossing;
            var sinc = i == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
            var edge = x / ZeroCrossings;
            kernel[i] = sinc * Bessel0(KaiserBeta * Math.Sqrt(Math.Max(0, 1 - (edge * edge)))) / Bessel0(KaiserBeta);
        }

        return kernel;
    }

    private static double Bessel0(double x)
    {
        double sum = 1, term = 1;
        for (var k = 1; term > sum * 1e-12; k++)
        {
            term *= x / (2 * k) * (x / (2 * k));
            sum += term;
        }

        return sum;
    }
}
