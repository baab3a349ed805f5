using System.Globalization;

namespace PhoneAgent.Simulator.Load;

/// <summary>
/// How long one processor has been busy, whoever kept it so: what the relay did not use of it, somebody else did, and then
/// the latencies are not the relay's alone.
/// </summary>
internal static class ProcessorUse
{
    // What the kernel counts in, whatever its own tick. Source: proc_stat(5), sysconf(_SC_CLK_TCK)
    private const double TicksPerSecond = 100;

    /// <summary>Busy time since the machine started, time taken by a hypervisor included; null when it is not known.</summary>
    public static TimeSpan? Busy(string? core)
    {
        if (core is null)
        {
            return null;
        }

        // cpu0 user nice system idle iowait irq softirq steal …
        var line = File.ReadLines("/proc/stat").First(line => line.StartsWith($"cpu{core} ", StringComparison.Ordinal)).Split(' ');
        var ticks = line[1..9].Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return TimeSpan.FromSeconds((ticks.Sum() - ticks[3] - ticks[4]) / TicksPerSecond);
    }
}
