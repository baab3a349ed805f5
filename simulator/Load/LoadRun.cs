using System.Runtime.InteropServices;
using System.Text.Json;

namespace PhoneAgent.Simulator.Load;

/// <summary>
/// A load test: one step after the other, each against a fresh relay process, so that none inherits the memory, the
/// compiled code or the troubles of the one before; or all against a relay that is there already.
/// </summary>
internal sealed class LoadRun
{
    /// <summary>The 99th percentile of added latency that a step may have, in and out: the length of a frame.</summary>
    public const double LatencyLimitMs = 20;

    private static readonly string[] Told =
    [
        "System.Threading.ThreadPool.UnfairSemaphoreSpinLimit",
        "System.Runtime.TieredCompilation.CallCountingDelayMs",
        "System.Runtime.TieredCompilation.CallCountThreshold",
        "System.GC.Server",
        "System.GC.Concurrent",
        "System.GC.Gen0MaxBudget",
    ];

    private readonly IReadOnlyList<int> _steps;
    private readonly TimeSpan _window;
    private readonly ExistingRelay? _existing;
    private readonly CpuPinning _pinning;
    private readonly Action<string> _progress;

    /// <summary>Prepares a test.</summary>
    /// <param name="steps">Numbers of calls.</param>
    /// <param name="window">How long each is measured.</param>
    /// <param name="existing">The relay that is there already; null to start one for each step.</param>
    /// <param name="pinning">Where the processes run.</param>
    /// <param name="progress">Told what is going on.</param>
    public LoadRun(IReadOnlyList<int> steps, TimeSpan window, ExistingRelay? existing, CpuPinning pinning, Action<string> progress)
    {
        _steps = steps;
        _window = window;
        _existing = existing;
        _pinning = pinning;
        _progress = progress;
    }

    /// <summary>Runs all steps, also after one that did not pass.</summary>
    public async Task<LoadFigures> RunAsync(CancellationToken cancellation)
    {
        var setting = new LoadSetting(
            Environment.ProcessorCount, _pinning.Description, RuntimeInformation.FrameworkDescription, _existing is null ? RelaySettings() : null);
        _progress($"{setting.Pinning}; {setting.RelaySettings ?? "the relay's settings are its own"}");
        var figures = new List<StepFigures>();
        foreach (var calls in _steps)
        {
            figures.Add(await RunAsync(calls, cancellation));
        }

        return new LoadFigures { Passed = figures.TrueForAll(step => step.Passed), Setting = setting, Steps = figures };
    }

    private async Task<StepFigures> RunAsync(int calls, CancellationToken cancellation)
    {
        await using var gemini = new LoadGemini(_existing?.GeminiPort ?? 0);
        var step = new LoadStep(calls, _window, _progress);
        if (_existing is not null)
        {
            var process = ListeningProcess.Find(_existing.Target.Stream.Port);
            return await step.RunAsync(new MeasuredRelay(_existing.Target, process is null ? null : new ProcessUse(process)), gemini, cancellation);
        }

        await using var relay = await RelayProcess.StartAsync(gemini.Endpoint, calls + 10, _pinning, cancellation);
        var figures = await step.RunAsync(relay.Measured, gemini, cancellation);
        if (await relay.StopAsync() is { } problem)
        {
            figures = figures with { Passed = false, Problems = [.. figures.Problems, problem] };
        }

        if (figures.Problems.Count > 0)
        {
            _progress("the relay's last words:" + Environment.NewLine + string.Join(Environment.NewLine, relay.Log));
        }

        return figures;
    }

    // From the file the relay's runtime reads, so a setting that did not get there shows; and from what overrides it.
    private static string RelaySettings()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(RelayProcess.RuntimeConfig));
        var properties = file.RootElement.GetProperty("runtimeOptions").GetProperty("configProperties");
        var settings = new List<string>();
        foreach (var name in Told)
        {
            settings.Add($"{name}={(properties.TryGetProperty(name, out var value) ? value.ToString() : "default")}");
        }

        settings.AddRange(Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith("DOTNET_GC", StringComparison.OrdinalIgnoreCase) || name.StartsWith("DOTNET_Tiered", StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .Select(name => $"{name}={Environment.GetEnvironmentVariable(name)}"));
        return string.Join(", ", settings);
    }
}

/// <summary>A relay that is there already.</summary>
/// <param name="Target">What its callers need.</param>
/// <param name="GeminiPort">The port of this machine where it expects Gemini.</param>
internal sealed record ExistingRelay(RelayTarget Target, int GeminiPort);
