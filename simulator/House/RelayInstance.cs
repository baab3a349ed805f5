using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using PhoneAgent.Simulator.Load;

namespace PhoneAgent.Simulator.House;

/// <summary>The real relay in a process of its own, as a container would start it: from environment variables, with nothing else prepared.</summary>
internal sealed class RelayInstance : IAsyncDisposable
{
    private const int Terminate = 15; // SIGTERM
    private const int LogLinesKept = 40;

    private static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "PhoneAgent.MediaRelay.dll");
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(30);

    // What this process runs with must not reach the relay: it has to find its settings itself.
    private static readonly string[] Withheld = ["Twilio__", "PhoneAgent__", "Gemini__", "Relay__", "Tools__", "ASPNETCORE_", "OTEL_", "DOTNET_SYSTEM_NET_SOCKETS_"];

    private readonly ConcurrentQueue<string> _log = new();
    private readonly Process _process;

    private RelayInstance(IEnumerable<KeyValuePair<string, string>> environment, Func<string, string[], (string File, IEnumerable<string> Arguments)> command)
    {
        Origin = new Uri($"http://127.0.0.1:{LoopbackPort.Free()}");
        var (file, arguments) = command(DotnetHost(), ["exec", Assembly]);
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = AppContext.BaseDirectory };
        foreach (var name in start.Environment.Keys.Where(name => Withheld.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["ASPNETCORE_URLS"] = Origin.GetLeftPart(UriPartial.Authority);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Its HTTP address.</summary>
    public Uri Origin { get; }

    /// <summary>The newest lines of its log.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>The settings its runtime is given by the file beside its assembly.</summary>
    public static string RuntimeConfig => Path.ChangeExtension(Assembly, ".runtimeconfig.json");

    /// <summary>What its process uses.</summary>
    public ProcessUse Use => new(_process);

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="environment">What it is configured by.</param>
    /// <param name="command">From a program and its arguments to what is run instead; null for just that.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InvalidOperationException">It did not get ready.</exception>
    public static async Task<RelayInstance> StartAsync(
        IEnumerable<KeyValuePair<string, string>> environment, Func<string, string[], (string File, IEnumerable<string> Arguments)>? command, CancellationToken cancellation)
    {
        var relay = new RelayInstance(environment, command ?? (static (file, arguments) => (file, arguments)));
        try
        {
            await relay.WaitUntilReadyAsync(cancellation);
            return relay;
        }
        catch
        {
            await relay.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks it to stop, by SIGTERM; returns what was wrong with how it did, or null.</summary>
    public async Task<string?> StopAsync(TimeSpan within)
    {
        if (OperatingSystem.IsWindows() || _process.HasExited)
        {
            return _process.HasExited ? $"the relay had ended by itself, with {_process.ExitCode}" : null;
        }

        _ = Signal(_process.Id, Terminate);
        using var late = new CancellationTokenSource(within);
        try
        {
            await _process.WaitForExitAsync(late.Token);
            return _process.ExitCode == 0 ? null : $"the relay ended with {_process.ExitCode} after SIGTERM";
        }
        catch (OperationCanceledException)
        {
            return $"the relay did not end within {within.TotalSeconds:0} s after SIGTERM";
        }
    }

    /// <summary>Ends it at once, by SIGKILL: it gets to do nothing more.</summary>
    public void Kill() => _process.Kill();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);

    // The host of this process when it is dotnet itself, else the one whose runtime this process uses.
    private static string DotnetHost()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        return Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path
            : Path.GetFileName(Environment.ProcessPath) == name ? Environment.ProcessPath!
            : Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < StartWithin && !_process.HasExited;)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(Origin, "/readyz"), cancellation);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(50, cancellation);
        }

        throw new InvalidOperationException("The relay did not get ready. Its last words:" + Environment.NewLine + string.Join(Environment.NewLine, _log));
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        _log.Enqueue(line);
        if (_log.Count > LogLinesKept)
        {
            _log.TryDequeue(out _);
        }
    }
}
