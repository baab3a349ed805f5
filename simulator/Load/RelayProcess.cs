using System.Globalization;
using System.Security.Cryptography;
using PhoneAgent.Simulator.House;

namespace PhoneAgent.Simulator.Load;

/// <summary>A relay of its own for a load test: keys, a call log and a processor that nobody else uses.</summary>
internal sealed class RelayProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder;
    private readonly RelayInstance _relay;

    private RelayProcess(DirectoryInfo folder, RelayInstance relay, MeasuredRelay measured)
    {
        _folder = folder;
        _relay = relay;
        Measured = measured;
    }

    /// <summary>What is measured of it.</summary>
    public MeasuredRelay Measured { get; }

    /// <inheritdoc cref="RelayInstance.Log"/>
    public IReadOnlyCollection<string> Log => _relay.Log;

    /// <inheritdoc cref="RelayInstance.RuntimeConfig"/>
    public static string RuntimeConfig => RelayInstance.RuntimeConfig;

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It did not get ready.</exception>
    public static async Task<RelayProcess> StartAsync(string geminiEndpoint, int maxCalls, CpuPinning pinning, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("phone-agent-load-");
        var counters = new RuntimeCounters(Path.Combine(folder.FullName, "counters.nettrace"));
        var key = RandomNumberGenerator.GetBytes(32);
        var accountSid = "AC" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var environment = new Dictionary<string, string>
        {
            ["Twilio__AccountSid"] = accountSid,
            ["PhoneAgent__TicketKey"] = Convert.ToBase64String(key),
            ["PhoneAgent__CallLog"] = "file:" + Path.Combine(folder.FullName, "calls"),
            ["Gemini__ApiKey"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            ["Gemini__Endpoint"] = geminiEndpoint,
            ["Relay__MaxCalls"] = maxCalls.ToString(CultureInfo.InvariantCulture),
            ["Relay__MaxCallMinutes"] = "720", // the most: a step's calls last as long as it
        };
        try
        {
            var relay = await RelayInstance.StartAsync(environment.Concat(counters.Environment), (file, arguments) => pinning.Command(file, arguments), cancellation);
            var target = new RelayTarget(new UriBuilder(relay.Origin) { Scheme = "ws", Path = "/stream" }.Uri, accountSid, key);
            return new RelayProcess(folder, relay, new MeasuredRelay(target, relay.Use, pinning.RelayCore, counters));
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Asks it to stop; returns what was wrong with how it did, or null.</summary>
    public Task<string?> StopAsync() => _relay.StopAsync(StopWithin);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
