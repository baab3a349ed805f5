using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using PhoneAgent.Simulator.Load;

namespace PhoneAgent.Tests.House.Image;

/// <summary>
/// The relay published by the Dockerfile's command and started by its entry point, with its environment and nothing of ours.
/// For root, which test machines are: as the image's user without capabilities, in a mount namespace in which only the call
/// log's folder can be written. For anybody else: as they are, its folder read-only.
/// </summary>
internal sealed class PublishedRelay : IAsyncDisposable
{
    private const int ImageUser = 1654; // APP_UID of .NET's images
    private const int Terminate = 15;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("published-relay-");
    private readonly ConcurrentQueue<string> _lines = new();
    private Process? _process;

    public static bool IsRoot { get; } = OperatingSystem.IsLinux() && EffectiveUser() == 0;

    public Uri Origin { get; } = new($"http://127.0.0.1:{LoopbackPort.Free()}");

    public string CallLog => Path.Combine(_folder.FullName, "calls");

    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>What the process says of itself.</summary>
    public IReadOnlyDictionary<string, string> Hook => Lines.Where(line => line.StartsWith(StartupHook.Mark, StringComparison.Ordinal)).Select(line => line[StartupHook.Mark.Length..].Split('=')).ToDictionary(parts => parts[0], parts => parts[1]);

    private string App => Path.Combine(_folder.FullName, "app");

    /// <summary>Publishes it, starts it and waits until it is ready.</summary>
    public async Task StartAsync(IReadOnlyDictionary<string, string> configuration)
    {
        await PublishAsync();
        Directory.CreateDirectory(CallLog);
        var arguments = Dockerfile.EntryPoint.Select((argument, index) => index == 1 ? Path.Combine(App, argument) : argument).ToList();
        if (IsRoot)
        {
            // Everything read-only but the call log; then another user without any capability takes root's place.
            await RunAsync(_folder.FullName, "chown", ImageUser.ToString(null, null), CallLog);
            const string Script = """
                mount --bind "$1" "$1"
                for folder in $(cut -d' ' -f2 /proc/mounts | sort -u); do
                  case $folder in "$1"|/proc*|/dev*|/sys*) ;; *) mount -o remount,bind,ro "$folder" 2>/dev/null ;; esac
                done
                user=$2
                shift 2
                exec setpriv --reuid="$user" --regid="$user" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
                """;
            arguments = ["unshare", "--mount", "sh", "-c", Script, "sh", CallLog, ImageUser.ToString(null, null), .. arguments];
        }

        var start = new ProcessStartInfo(arguments[0], arguments.Skip(1)) { WorkingDirectory = App, RedirectStandardOutput = true, RedirectStandardError = true };
        var path = start.Environment["PATH"];
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["DOTNET_STARTUP_HOOKS"] = Path.Combine(_folder.FullName, "PhoneAgent.Tests.dll");
        foreach (var (name, value) in Dockerfile.Environment.Concat(configuration))
        {
            start.Environment[name] = value;
        }

        start.Environment["ASPNETCORE_HTTP_PORTS"] = Origin.Port.ToString(null, null);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await WaitUntilReadyAsync();
    }

    /// <summary>Asks it to stop.</summary>
    public void Stop() => _ = Signal(_process!.Id, Terminate);

    /// <summary>Waits until it has ended; its exit code.</summary>
    public async Task<int> EndAsync(TimeSpan within)
    {
        await _process!.WaitForExitAsync().WaitAsync(within);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        if (!IsRoot)
        {
            await RunAsync(_folder.FullName, "chmod", "-R", "u+w", App);
        }

        _folder.Delete(recursive: true);
    }

    private async Task PublishAsync()
    {
        // The Dockerfile's command on nothing but its context, so that a file the context lacks is missed here.
        var context = Path.Combine(_folder.FullName, "context");
        Dockerfile.CopyContext(context);
        await RunAsync(context, "dotnet", [.. Dockerfile.Publish.Where(argument => argument != "--no-restore").Select(argument => argument == "/app" ? App : argument), "-v", "q", "--nologo"]);
        Directory.Delete(context, recursive: true);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "PhoneAgent.Tests.dll"), Path.Combine(_folder.FullName, "PhoneAgent.Tests.dll"));
        await RunAsync(_folder.FullName, "chmod", "-R", "a+rX", _folder.FullName);
        if (!IsRoot)
        {
            await RunAsync(_folder.FullName, "chmod", "-R", "a-w", App);
        }
    }

    private static async Task RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(late.Token), process.StandardError.ReadToEndAsync(late.Token));
        await process.WaitForExitAsync(late.Token);
        Assert.True(process.ExitCode == 0, $"{program} failed: {await output}{await error}");
    }

    private async Task WaitUntilReadyAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(40) && !_process!.HasExited;)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(Origin, "/readyz"));
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(50);
        }

        Assert.Fail("The relay did not get ready. It said: " + string.Join('\n', _lines));
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
        }
    }

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint EffectiveUser();

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);
}
