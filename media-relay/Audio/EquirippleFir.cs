using System.Runtime.CompilerServices;

namespace PhoneAgent.MediaRelay.Audio;

/// <summary>
/// Designs the resamplers' filters, once per process (15 ms): linear-phase FIR filters of even length whose error is as small as it
/// can be everywhere at once, so they are the shortest, hence the quickest and least delayed, that keep their bars.
/// </summary>
/// <remarks>
/// A symmetric filter's response is a sum of cosines, so the least-squares filter over a grid of frequencies is one
/// linear system. Lawson's iteration (C. L. Lawson, 1961) turns it into the minimax one: solve, multiply each grid
/// point's weight with the error seen around it, solve again. A windowed sinc needs a third more taps for the same
/// alias rejection, because it cannot trade passband ripple (a tenth of a decibel is inaudible) for it.
/// </remarks>
internal static class EquirippleFir
{
    // After eight rounds the worst error is within 0.2 dB of where it converges.
    private const int Rounds = 10;

    // Grid points per unknown: enough that no ripple's crest falls between two of them.
    private const int Density = 8;

    /// <summary>A filter that passes 0 to <paramref name="passHz"/> with gain 1 and stops what lies above <paramref name="stopHz"/>.</summary>
    /// <param name="length">The number of taps, even.</param>
    /// <param name="sampleHz">The sample rate the taps work at.</param>
    /// <param name="passHz">The end of the passband.</param>
    /// <param name="stopHz">The start of the stopband; null for a filter that only has to be flat in its passband.</param>
    /// <param name="stopWeight">How many times smaller the stopband's error has to be than the passband's.</param>
    public static float[] Design(int length, double sampleHz, double passHz, double? stopHz = null, double stopWeight = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(length % 2, 0, nameof(length));
        var unknowns = length / 2;
        var step = sampleHz / 2 / (unknowns * Density);
        List<GridPoint> grid = [.. Band(0, passHz, target: 1, weight: 1)];
        if (stopHz is { } from)
        {
            grid.AddRange(Band(from, sampleHz / 2, target: 0, stopWeight));
        }

        var amplitudes = LeastSquares(grid, unknowns);
        for (var round = 1; round < Rounds; round++)
        {
            Reweight(grid, amplitudes);
            amplitudes = LeastSquares(grid, unknowns);
        }

        var taps = new float[length];
        for (var i = 0; i < unknowns; i++)
        {
            taps[unknowns + i] = taps[unknowns - 1 - i] = (float)(amplitudes[i] / 2);
        }

        return taps;

        IEnumerable<GridPoint> Band(double fromHz, double toHz, double target, double weight)
        {
            var intervals = (int)Math.Ceiling((toHz - fromHz) / step);
            for (var i = 0; i <= intervals; i++)
            {
                var radians = 2 * Math.PI * (fromHz + ((toHz - fromHz) * i / intervals)) / sampleHz;
                var cosines = new double[unknowns];
                for (var k = 0; k < unknowns; k++)
                {
                    cosines[k] = Math.Cos(radians * (k + 0.5));
                }

                yield return new GridPoint(cosines, target, weight);
            }
        }
    }

    /// <summary>Solves the weighted normal equations by Cholesky's decomposition (the matrix is symmetric and positive).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // most of the work, and it would be over before the JIT looks at it again
    private static double[] LeastSquares(List<GridPoint> grid, int unknowns)
    {
        // Row i holds the lower half of the matrix and, in its last place, the right-hand side.
        var rows = new double[unknowns][];
        for (var i = 0; i < unknowns; i++)
        {
            var row = rows[i] = new double[unknowns + 1];
            foreach (var point in grid)
            {
                var scaled = point.Emphasis * point.Weight * point.Weight * point.Cosines[i];
                for (var j = 0; j <= i; j++)
                {
                    row[j] += scaled * point.Cosines[j];
                }

                row[unknowns] += scaled * point.Target;
            }
        }

        for (var i = 0; i < unknowns; i++)
        {
            var row = rows[i];
            for (var j = 0; j < i; j++)
            {
                row[j] = (row[j] - Dot(row, rows[j], j)) / rows[j][j];
                row[unknowns] -= row[j] * rows[j][unknowns];
            }

            row[i] = Math.Sqrt(row[i] - Dot(row, row, i));
            row[unknowns] /= row[i];
        }

        var solution = new double[unknowns];
        for (var i = unknowns - 1; i >= 0; i--)
        {
            solution[i] = rows[i][unknowns] / rows[i][i];
            for (var j = 0; j < i; j++)
            {
                rows[j][unknowns] -= rows[i][j] * solution[i];
            }
        }

        return solution;
    }

    /// <summary>Multiplies each point's emphasis with the error's envelope there: straight lines from crest to crest.</summary>
    private static void Reweight(List<GridPoint> grid, double[] amplitudes)
    {
        var errors = grid.ConvertAll(point => point.Weight * Math.Abs(Dot(point.Cosines, amplitudes, amplitudes.Length) - point.Target));
        var largest = errors.Max();
        var crest = 0;
        for (var i = 0; i < errors.Count; i++)
        {
            var isCrest = (i == 0 || errors[i] >= errors[i - 1]) && (i == errors.Count - 1 || errors[i] >= errors[i + 1]);
            if (!isCrest && i != errors.Count - 1)
            {
                continue;
            }

            for (var j = crest; j < i; j++)
            {
                var along = (double)(j - crest) / (i - crest);
                grid[j].Emphasis *= ((errors[crest] * (1 - along)) + (errors[i] * along)) / largest;
            }

            crest = i;
        }

        grid[^1].Emphasis *= errors[^1] / largest;
    }

    private static double Dot(double[] left, double[] right, int count)
    {
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }

    private sealed class GridPoint(double[] cosines, double target, double weight)
    {
        public double[] Cosines { get; } = cosines;

        public double Target { get; } = target;

        public double Weight { get; } = weight;

        public double Emphasis { get; set; } = 1;
    }
}
