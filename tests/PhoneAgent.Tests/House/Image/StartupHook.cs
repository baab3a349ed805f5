using System.Runtime;

/// <summary>
/// Runs inside the published relay before its Main, through DOTNET_STARTUP_HOOKS, and says on standard output as whom and with
/// what settings the process runs. The runtime wants it without a namespace; it may use nothing but the base library.
/// </summary>
internal static class StartupHook
{
    public const string Mark = "HOOK ";

    public static void Initialize()
    {
        Say("uid", File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2]);
        Say("capabilities", File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapEff:", StringComparison.Ordinal)).Split('\t')[1]);
        Say("serverGC", GCSettings.IsServerGC.ToString());
        Say("concurrentGC", GC.GetConfigurationVariables().GetValueOrDefault("ConcurrentGC")?.ToString() ?? "?");
        Say("latencyMode", GCSettings.LatencyMode.ToString());
        Say("gen0MaxBudget", GC.GetConfigurationVariables().GetValueOrDefault("GCGen0MaxBudget")?.ToString() ?? "?");
        Say("tieredPGO", AppContext.GetData("System.Runtime.TieredPGO")?.ToString() ?? "?");
        Say("spin", AppContext.GetData("System.Threading.ThreadPool.UnfairSemaphoreSpinLimit")?.ToString() ?? "?");
        Say("callCountingDelay", AppContext.GetData("System.Runtime.TieredCompilation.CallCountingDelayMs")?.ToString() ?? "?");
        Say("callCountThreshold", AppContext.GetData("System.Runtime.TieredCompilation.CallCountThreshold")?.ToString() ?? "?");
        foreach (var (name, folder) in new[] { ("app", AppContext.BaseDirectory), ("tmp", "/tmp"), ("var", "/var/tmp") })
        {
            Say("writes " + name, CanWrite(folder).ToString());
        }
    }

    private static bool CanWrite(string folder)
    {
        try
        {
            var file = Path.Combine(folder, Guid.NewGuid().ToString("n"));
            File.WriteAllText(file, "");
            File.Delete(file);
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Say(string name, string value) => Console.WriteLine($"{Mark}{name}={value}");
}
