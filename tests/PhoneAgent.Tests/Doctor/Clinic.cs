using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using PhoneAgent.Simulator.Doctor;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Load;

namespace PhoneAgent.Tests.Doctor;

/// <summary>
/// A whole installation on loopback, healthy until a test spoils something: Twilio's account, the real functions, the real
/// relay, the simulated Gemini, a call log; and beside it the environment in which the doctor is called.
/// </summary>
internal sealed class Clinic : IAsyncDisposable
{
    public const string Number = "+14155550143";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("phone-agent-doctor-");
    private readonly List<WebApplication> _services = [];

    private Clinic(TwilioAccountApi twilio, SimulatedGeminiServer gemini)
    {
        Twilio = twilio;
        Gemini = gemini;
        var (functions, relay) = (LoopbackPort.Free(), LoopbackPort.Free());
        Environment = new Dictionary<string, string?>
        {
            ["Twilio:AccountSid"] = twilio.AccountSid,
            ["Twilio:AuthToken"] = twilio.AuthToken,
            ["Twilio:PhoneNumber"] = Number,
            ["PhoneAgent:WebhookBaseUrl"] = $"http://127.0.0.1:{functions}",
            ["PhoneAgent:StreamUrl"] = $"ws://127.0.0.1:{relay}/stream",
            ["PhoneAgent:TicketKey"] = NewKey(),
            ["PhoneAgent:LocalFunctionKey"] = "the-local-function-key",
            ["PhoneAgent:CallLog"] = "file:" + Path.Combine(_folder.FullName, "calls"),
            ["Gemini:ApiKey"] = "the-gemini-key",
            ["Gemini:Endpoint"] = gemini.Endpoint,
        };
        Functions = new(Environment) { ["Listen"] = Environment["PhoneAgent:WebhookBaseUrl"] };
        Relay = new(Environment) { ["Listen"] = Environment["PhoneAgent:StreamUrl"], ["Relay:DrainSeconds"] = "1" }; // it has no calls to wait for
        Twilio.Numbers.Add((Number, $"{Environment["PhoneAgent:WebhookBaseUrl"]}/api/voice/incoming", "POST", $"{Environment["PhoneAgent:WebhookBaseUrl"]}/api/voice/status", true));
    }

    public TwilioAccountApi Twilio { get; }

    public SimulatedGeminiServer Gemini { get; }

    /// <summary>What the doctor reads.</summary>
    public Dictionary<string, string?> Environment { get; }

    /// <summary>What the functions read; null stops them from being started.</summary>
    public Dictionary<string, string?>? Functions { get; set; }

    /// <summary>What the relay reads; null stops it from being started.</summary>
    public Dictionary<string, string?>? Relay { get; set; }

    public string Folder => _folder.FullName;

    public static async Task<Clinic> OpenAsync() => new(
        await TwilioAccountApi.StartAsync("AC" + new string('1', 32), "the-auth-token"),
        await SimulatedGeminiServer.StartAsync(new SimulatedGeminiOptions { ApiKey = "the-gemini-key", KeepsSound = false, AgentVoice = _ => new short[2_400] }));

    public static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Starts the services as they were left, and lets the doctor look.</summary>
    public async Task<IReadOnlyList<Finding>> VisitAsync(Visit? visit = null)
    {
        if (Functions is not null)
        {
            var configuration = Build(Functions);
            _services.Add(await PhoneHost.StartHandlersAsync(configuration, new Uri(configuration["Listen"]!).Port, LogLevel.None, null));
        }

        if (Relay is not null)
        {
            var configuration = Build(Relay);
            _services.Add(await PhoneHost.StartRelayAsync(configuration, new Uri(configuration["Listen"]!).Port, LogLevel.None));
        }

        var findings = await (visit ?? NewVisit()).LookAsync(Build(Environment), CancellationToken.None);
        Assert.DoesNotContain(findings, Quotes);
        return findings;
    }

    public Visit NewVisit(string? agents = null, TimeProvider? time = null, Func<Microsoft.Extensions.Hosting.IHostApplicationBuilder, PhoneAgent.Core.Configuration.ServiceRole, Task>? readVault = null)
    {
        var told = new ConcurrentQueue<Finding>();
        return new Visit
        {
            Twilio = Twilio.Address,
            Agents = agents,
            Time = time ?? TimeProvider.System,
            ReadVault = readVault ?? ((_, _) => throw new InvalidOperationException("No vault is named.")),
            Told = told.Enqueue,
        };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
        {
            await service.StopAsync();
            await service.DisposeAsync();
        }

        await Gemini.DisposeAsync();
        await Twilio.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static IConfiguration Build(Dictionary<string, string?> values) => new ConfigurationBuilder().AddInMemoryCollection(values).Build();

    // No secret and no whole number in what an owner may paste into an issue.
    private bool Quotes(Finding finding) =>
        new[] { "Twilio:AuthToken", "PhoneAgent:TicketKey", "Gemini:ApiKey", "Twilio:ApiKeySecret", "Twilio:PhoneNumber" }
            .Select(key => Environment.GetValueOrDefault(key))
            .Append(Twilio.AuthToken)
            .Any(secret => !string.IsNullOrEmpty(secret) && $"{finding.What} {finding.Fix}".Contains(secret, StringComparison.Ordinal));
}
