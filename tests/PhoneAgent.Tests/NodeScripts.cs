using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace PhoneAgent.Tests;

/// <summary>Runs the Node scripts of a folder below <c>tests</c>: JSON goes in, JSON comes out.</summary>
/// <param name="folder">The folder's name.</param>
/// <param name="patience">How long a script may take.</param>
internal sealed class NodeScripts(string folder, TimeSpan patience)
{
    private readonly string _folder = Path.Combine(Checkout.Root, "tests", folder);

    /// <summary>Node.js; null when it is not on the PATH.</summary>
    public static string? Node { get; } = Programs.Find("node");

    /// <summary>What has to be installed before scripts that use these packages can run; null when nothing is missing.</summary>
    public string? Missing(params string[] packages) =>
        Node is null ? $"Node.js is not on the PATH: install version 20 or newer, then run npm ci in tests/{folder}."
        : Array.Find(packages, package => !Directory.Exists(Path.Combine(_folder, "node_modules", package))) is { } missing ? $"{missing} is not installed: run npm ci in tests/{folder}."
        : null;

    /// <summary>Asks a script.</summary>
    public async Task<JsonNode> AskAsync(string script, JsonNode question)
    {
        using var late = new CancellationTokenSource(patience);
        using var process = Start([script]);
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

    /// <summary>Starts a script that serves until its input ends; returns the process and the first line it prints.</summary>
    public async Task<(Process Process, JsonNode First)> ServeAsync(string script, params string[] arguments)
    {
        using var late = new CancellationTokenSource(patience);
        var process = Start([script, .. arguments], errors: false); // nobody would read them for as long as it serves
        return (process, JsonNode.Parse(await process.StandardOutput.ReadLineAsync(late.Token) ?? throw new IOException($"{script} printed nothing."))!);
    }

    private Process Start(string[] arguments, bool errors = true) => Process.Start(new ProcessStartInfo(Node!, arguments)
    {
        WorkingDirectory = _folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = errors,
        StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        StandardOutputEncoding = Encoding.UTF8,
    })!;
}
