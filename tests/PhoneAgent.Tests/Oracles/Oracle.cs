using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace PhoneAgent.Tests.Oracles;

/// <summary>Runs a script of <c>tests/oracles</c>: JSON goes in, JSON comes out.</summary>
internal static class Oracle
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Packages = ["twilio", "@google/genai"];
    private static readonly string? Folder = FindFolder();
    private static readonly string? Node = FindNode();

    /// <summary>What has to be installed first; null when nothing is missing.</summary>
    public static string? Missing =>
        Folder is null ? "tests/oracles is not above the tests' binaries."
        : Node is null ? "Node.js is not on the PATH: install version 20 or newer, then run npm ci in tests/oracles."
        : Packages.All(package => Directory.Exists(Path.Combine(Folder, "node_modules", package))) ? null
        : "The official packages are not installed: run npm ci in tests/oracles.";

    /// <summary>What has to be installed for a further package; null when nothing is missing.</summary>
    public static string? MissingFor(string package) => Missing ?? (Directory.Exists(Path.Combine(Folder!, "node_modules", package)) ? null : $"{package} is not installed: run npm ci in tests/oracles.");

    /// <summary>Starts a script that serves until its input ends; returns the process and the first line it prints.</summary>
    public static async Task<(Process Process, JsonNode First)> ServeAsync(string script)
    {
        var start = new ProcessStartInfo(Node!) { WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8 };
        start.ArgumentList.Add(script);
        using var late = new CancellationTokenSource(Patience);
        var process = Process.Start(start)!;
        return (process, JsonNode.Parse(await process.StandardOutput.ReadLineAsync(late.Token) ?? throw new IOException($"{script} printed nothing."))!);
    }

    /// <summary>Asks a script.</summary>
    public static async Task<JsonNode> AskAsync(string script, JsonNode question)
    {
        var start = new ProcessStartInfo(Node!)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add(script);
        using var late = new CancellationTokenSource(Patience);
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(late.Token);
            var error = process.StandardError.ReadToEndAsync(late.Token);
            await process.StandardInput.WriteAsync(question.ToJsonString());
            process.StandardInput.Close();
            await process.WaitForExitAsync(late.Token);
            Assert.True(process.ExitCode == 0, $"{script} failed: {await error}");
            return JsonNode.Parse(await output)!;
        }
        finally
        {
            process.Kill(entireProcessTree: true); // does nothing once it has ended
        }
    }

    private static string? FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var oracles = Path.Combine(folder.FullName, "tests", "oracles");
            if (File.Exists(Path.Combine(oracles, "package.json")))
            {
                return oracles;
            }
        }

        return null;
    }

    private static string? FindNode()
    {
        var name = OperatingSystem.IsWindows() ? "node.exe" : "node";
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }
}
