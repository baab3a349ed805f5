using System.Diagnostics;
using System.Globalization;

namespace PhoneAgent.Simulator.Load;

/// <summary>
/// Gives the relay the last processor for itself and the load the others, so that neither takes time from the other.
/// Needs Linux and <c>taskset</c>; the relay is started under it, so its runtime sees one processor from the beginning.
/// </summary>
/// <param name="RelayCore">The relay's processor; null when nothing is pinned.</param>
/// <param name="LoadCores">The load's processors.</param>
/// <param name="Description">What is in force, in words.</param>
internal sealed record CpuPinning(string? RelayCore, string? LoadCores, string Description)
{
    private const string Taskset = "/usr/bin/taskset";

    /// <summary>Nothing is pinned.</summary>
    public static CpuPinning None(string why) => new(null, null, $"not pinned: {why}");

    /// <summary>Pins this process and says where the relay goes.</summary>
    public static CpuPinning Choose()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(Taskset))
        {
            return None("needs Linux and taskset");
        }

        var cores = Allowed();
        if (cores.Count < 2)
        {
            return None("one processor is not enough for two");
        }

        var (relay, load) = (cores[^1], string.Join(',', cores.SkipLast(1)));
        using var taskset = Process.Start(new ProcessStartInfo(Taskset, ["-a", "-c", "-p", load, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
        taskset.WaitForExit();
        return taskset.ExitCode == 0
            ? new CpuPinning(relay, load, $"relay on processor {relay}, load on {load}")
            : None("taskset failed");
    }

    /// <summary>The command under which a program runs where the relay belongs.</summary>
    public (string File, IEnumerable<string> Arguments) Command(string file, params string[] arguments) =>
        RelayCore is null ? (file, arguments) : (Taskset, ["-c", RelayCore, file, .. arguments]);

    // Cpus_allowed_list: 0-3,7
    private static List<string> Allowed() =>
    [
        .. File.ReadLines("/proc/self/status").First(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal))
            .Split(':')[1].Trim().Split(',')
            .Select(range => range.Split('-').Select(int.Parse).ToArray())
            .SelectMany(range => Enumerable.Range(range[0], range[^1] - range[0] + 1))
            .Select(core => core.ToString(CultureInfo.InvariantCulture)),
    ];
}
