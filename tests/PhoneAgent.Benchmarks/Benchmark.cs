namespace PhoneAgent.Benchmarks;

/// <summary>One thing to measure: what it is called, what it does once, and the bar it has to stay under.</summary>
/// <param name="Name">The row's name in the table.</param>
/// <param name="Run">Does it once; keeps its buffers, so that only what is measured allocates.</param>
/// <param name="BarNs">The most nanoseconds it may take, when there is a bar.</param>
public sealed record Benchmark(string Name, Action Run, double? BarNs = null);

/// <summary>
/// A table of benchmarks. Every class with a parameterless constructor that implements it is found and run: a new table
/// is one new file.
/// </summary>
public interface IBenchmarkTable
{
    string Title { get; }

    IEnumerable<Benchmark> Benchmarks { get; }
}
