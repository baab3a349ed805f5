using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

namespace PhoneAgent.Tests.Browser;

/// <summary>Runs a script of <c>tests/browser</c> in a real Chromium: JSON goes in, JSON comes out.</summary>
internal static class Chromium
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly string Folder = Path.Combine(Checkout.Root, "tests", "browser");
    private static readonly string? Node = Find(OperatingSystem.IsWindows() ? "node.exe" : "node");

    /// <summary>What has to be installed first; null when nothing is missing.</summary>
    public static string? Missing =>
        Node is null ? "Node.js is not on the PATH: install version 20 or newer, then run npm ci in tests/browser."
        : !Directory.Exists(Path.Combine(Folder, "node_modules", "playwright-core")) ? "playwright-core is not installed: run npm ci in tests/browser."
        : Environment.GetEnvironmentVariable("CHROMIUM") is null && Find("chromium") is null && Find("chromium-browser") is null && Find("google-chrome") is null ? "Chromium is not installed: install the package chromium, or name one in CHROMIUM."
        : null;

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

    private static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);
}

/// <summary>A test that looks at a page in Chromium; where that is missing it is skipped and its name says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsChromiumFactAttribute : FactAttribute
{
    public NeedsChromiumFactAttribute([CallerMemberName] string test = "")
    {
        if (Chromium.Missing is { } missing)
        {
            Skip = missing;
            DisplayName = $"{test} — {missing}"; // dotnet test shows the name and keeps the reason to itself
        }
    }
}
