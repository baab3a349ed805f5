using System.Diagnostics;
using System.Globalization;

namespace PhoneAgent.Benchmarks;

/// <summary>
/// Measures benchmarks in rounds: each round runs all of them once, in another random order, for a few milliseconds each.
/// So a noisy neighbour, a clock that changes and what ran before spread over all rows alike, and the median of the rounds is
/// a figure to compare. The minimum is what the machine can do when nothing disturbs it.
/// </summary>
internal sealed class BenchmarkRunner(int rounds, TextWriter output)
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(400);

    public void Run(IBenchmarkTable table)
    {
        var rows = table.Benchmarks.Select(benchmark => new Row(benchmark)).ToArray();

        // Twice: the first pass makes the JIT compile everything again in the background, the second sees its result.
        foreach (var row in rows.Concat(rows))
        {
            row.RunsPerSlice = RunsWithin(row.Benchmark.Run, WarmUp / 2) * (Slice / (WarmUp / 2));
        }

        var random = new Random(1);
        for (var round = 0; round < rounds; round++)
        {
            random.Shuffle(rows);
            foreach (var row in rows)
            {
                row.Measure();
            }
        }

        Print(table, rows);
    }

    private static double RunsWithin(Action run, TimeSpan time)
    {
        var runs = 0;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < time; runs++)
        {
            run();
        }

        return runs;
    }

    private void Print(IBenchmarkTable table, Row[] rows)
    {
        output.WriteLine();
        output.WriteLine($"{table.Title,-56}{"min ns",10}{"median ns",11}{"bar ns",9}{"bytes/op",10}");
        foreach (var benchmark in table.Benchmarks)
        {
            var row = rows.Single(row => row.Benchmark.Name == benchmark.Name);
            row.Nanoseconds.Sort();
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{benchmark.Name,-56}{row.Nanoseconds[0],10:F1}{row.Nanoseconds[row.Nanoseconds.Count / 2],11:F1}{benchmark.BarNs,9:F0}{row.BytesPerRun,10:F1}"));
        }
    }

    private sealed class Row(Benchmark benchmark)
    {
        public Benchmark Benchmark { get; } = benchmark;

        public double RunsPerSlice { get; set; }

        public List<double> Nanoseconds { get; } = [];

        public double BytesPerRun { get; private set; }

        public void Measure()
        {
            var (run, runs) = (Benchmark.Run, (int)Math.Max(RunsPerSlice, 1));
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < runs; i++)
            {
                run();
            }

            var elapsed = Stopwatch.GetElapsedTime(start);
            BytesPerRun = (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / runs;
            Nanoseconds.Add(elapsed.TotalNanoseconds / runs);
        }
    }
}
