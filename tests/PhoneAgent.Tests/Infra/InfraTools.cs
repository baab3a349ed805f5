using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace PhoneAgent.Tests.Infra;

/// <summary>Runs a script of <c>tests/infra</c>, JSON in and JSON out, and knows what lies beside the repository.</summary>
internal static class InfraTools
{
    private static readonly string Folder = Path.Combine(Checkout.Root, "tests", "infra");

    /// <summary>What has to be installed first; null when nothing is missing.</summary>
    public static string? Missing =>
        !Programs("node").Any() ? "Node.js is not on the PATH: install version 20 or newer, then run npm ci in tests/infra."
        : !new[] { "ajv", "tree-sitter-bicep", "tree-sitter-powershell", "@kusto" }.All(package => Directory.Exists(Path.Combine(Folder, "node_modules", package))) ? "The grammars, ajv and Kusto's language service are not installed: run npm ci in tests/infra."
        : null;

    /// <summary>A file that is not ours to publish, beside the repository; null when it is not there.</summary>
    public static string? Beside(string name) =>
        Path.Combine(Checkout.Root, "..", "shared", "facts", name) is var path && File.Exists(path) ? path : null;

    /// <summary>All bicep files, main.bicep first.</summary>
    public static IReadOnlyList<string> BicepFiles { get; } =
        [.. Directory.GetFiles(Path.Combine(Checkout.Root, "infra"), "*.bicep", SearchOption.AllDirectories).OrderByDescending(path => Path.GetFileName(path) == "main.bicep").ThenBy(path => path, StringComparer.Ordinal)];

    /// <summary>The text of a file of the repository.</summary>
    public static string Text(params string[] path) => File.ReadAllText(Path.Combine([Checkout.Root, .. path]));

    /// <summary>Programs of that name on the PATH.</summary>
    public static IEnumerable<string> Programs(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name)).Where(File.Exists);

    /// <summary>Asks a script.</summary>
    public static async Task<JsonNode> AskAsync(string script, JsonNode question)
    {
        var start = new ProcessStartInfo("node", script) { WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var process = Process.Start(start)!;
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(late.Token), process.StandardError.ReadToEndAsync(late.Token));
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
}

/// <summary>A test that needs the npm packages of <c>tests/infra</c>, and for some a file beside the repository; where one is missing it is skipped and its name says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsInfraToolsFactAttribute : FactAttribute
{
    public NeedsInfraToolsFactAttribute(string? beside = null, [CallerMemberName] string test = "")
    {
        if ((InfraTools.Missing ?? (beside is not null && InfraTools.Beside(beside) is null ? $"{beside} is not beside the repository (../shared/facts)." : null)) is { } missing)
        {
            Skip = missing;
            DisplayName = $"{test} — {missing}"; // dotnet test shows the name and keeps the reason to itself
        }
    }
}
