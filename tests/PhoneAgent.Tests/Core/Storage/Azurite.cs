using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Core.Pipeline;
using PhoneAgent.Core.Storage;

namespace PhoneAgent.Tests.Core.Storage;

/// <summary>
/// Azurite, Microsoft's emulator of Blob Storage: one process for all tests that need it, started by the first, on a port
/// of its choice, with a key of this run, in memory.
/// </summary>
public sealed partial class Azurite : IAsyncLifetime
{
    private const string Account = "tests";

    // Ends with its standard input, so that it does not outlive tests that were killed.
    private const string Wrapper = "process.stdin.resume().on('end', () => process.exit()); require(process.argv[1])";
    private static readonly string Script = Path.Combine(Checkout.Root, "tests", "azurite", "node_modules", "azurite", "dist", "src", "blob", "main.js");

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(64);
    private readonly Lazy<Task<(Process Process, Uri Address)>> _running;
    private readonly List<Task> _output = [];

    public Azurite() => _running = new(StartAsync);

    /// <summary>What has to be installed first; null when nothing is missing.</summary>
    internal static string? Missing =>
        NodeScripts.Node is null ? "Node.js is not on the PATH: install version 22 or newer, then run npm ci in tests/azurite."
        : File.Exists(Script) ? null
        : "Azurite is not installed: run npm ci in tests/azurite.";

    /// <summary>What signs requests with the account's key.</summary>
    internal HttpPipelinePolicy Signature => new SharedKey(Account, _key);

    /// <summary>The address of a new, empty container.</summary>
    internal async Task<Uri> NewContainerAsync()
    {
        var (_, address) = await _running.Value;
        var container = new Uri($"{address}{Account}/{Guid.NewGuid():n}");
        var pipeline = HttpPipelineBuilder.Build(ClientOptions.Default, [], [Signature], new ResponseClassifier());
        using var message = pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Put;
        message.Request.Uri.Reset(new Uri(container + "?restype=container"));
        message.Request.Headers.SetValue("x-ms-version", "2024-11-04");
        message.Request.Headers.SetValue("x-ms-date", DateTimeOffset.UtcNow.ToString("R", CultureInfo.InvariantCulture));
        await pipeline.SendAsync(message, default);
        Assert.Equal(201, message.Response.Status);
        return container;
    }

    /// <summary>What is in a container, as an owner of the account sees it.</summary>
    internal BlobContainer Open(Uri container, params HttpPipelinePolicy[] everyTry) => new(container, TimeProvider.System, [Signature, .. everyTry]);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (!_running.IsValueCreated)
        {
            return;
        }

        using var process = (await _running.Value).Process;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        await Task.WhenAll(_output);
    }

    private async Task<(Process Process, Uri Address)> StartAsync()
    {
        var start = new ProcessStartInfo(NodeScripts.Node!)
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["-e", Wrapper, Script, "--inMemoryPersistence", "--blobHost", "127.0.0.1", "--blobPort", "0", "--silent", "--disableTelemetry"])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["AZURITE_ACCOUNTS"] = $"{Account}:{Convert.ToBase64String(_key)}";
        var process = Process.Start(start)!;
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var error = process.StandardError.ReadToEndAsync();
        _output.Add(error);
        _output.Add(ReadAsync());
        try
        {
            return (process, await address.Task.WaitAsync(Patience.Long));
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        // Read to its end, for a full pipe would stop the process.
        async Task ReadAsync()
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (Listening().Match(line) is { Success: true } match)
                {
                    address.TrySetResult(new Uri(match.Groups[1].Value));
                }
            }

            address.TrySetException(new InvalidOperationException("Azurite did not start: " + await error));
        }
    }

    [GeneratedRegex("successfully listens on (http://127\\.0\\.0\\.1:[0-9]+)")]
    private static partial Regex Listening();
}
