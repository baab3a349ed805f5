using System.Diagnostics;
using System.Numerics;

namespace PhoneAgent.Simulator.Load;

/// <summary>Counts durations in buckets of at most 1.6 %, from any thread, without allocating.</summary>
internal sealed class LatencyHistogram
{
    private const int PerOctave = 64;

    private readonly long[] _buckets = new long[PerOctave * 40];
    private long _count;
    private long _max;

    /// <summary>Durations counted.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Counts one, in ticks of <see cref="Stopwatch"/>.</summary>
    public void Record(long ticks)
    {
        var ns = (long)(Math.Max(0, ticks) * (1e9 / Stopwatch.Frequency));
        Interlocked.Increment(ref _buckets[Bucket(ns / 100)]); // in units of 0.1 µs
        Interlocked.Increment(ref _count);
        var max = Interlocked.Read(ref _max);
        while (ns > max)
        {
            max = Interlocked.CompareExchange(ref _max, ns, max);
        }
    }

    /// <summary>What was counted; null when nothing was.</summary>
    public LatencyFigures? Figures() => Count == 0 ? null : new LatencyFigures(Percentile(0.50), Percentile(0.99), Interlocked.Read(ref _max) / 1e6, Count);

    private double Percentile(double share)
    {
        var rank = (long)Math.Ceiling(share * Count);
        var seen = 0L;
        var bucket = 0;
        while (bucket < _buckets.Length - 1 && (seen += Interlocked.Read(ref _buckets[bucket])) < rank)
        {
            bucket++;
        }

        return Math.Min(Middle(bucket) / 10_000, Interlocked.Read(ref _max) / 1e6);
    }

    // Linear up to PerOctave, then PerOctave buckets for each doubling.
    private int Bucket(long value)
    {
        if (value < PerOctave)
        {
            return (int)value;
        }

        var octave = BitOperations.Log2((ulong)value) - BitOperations.Log2(PerOctave);
        return Math.Min((int)((octave * PerOctave) + (value >> octave)), _buckets.Length - 1);
    }

    private static double Middle(int bucket)
    {
        var octave = Math.Max(0, (bucket / PerOctave) - 1);
        return (bucket - (octave * PerOctave) + 0.5) * (1L << octave);
    }
}

/// <summary>A distribution in milliseconds.</summary>
internal sealed record LatencyFigures(double P50, double P99, double Max, long Count);
