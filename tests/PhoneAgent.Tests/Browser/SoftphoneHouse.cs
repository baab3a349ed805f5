using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Scripts;
using PhoneAgent.Simulator.Softphone;
using PhoneAgent.Tests.Sound;

namespace PhoneAgent.Tests.Browser;

/// <summary>What <c>serve</c> runs, on a free port: handlers and relay with the softphone, and a Gemini that hums.</summary>
internal sealed class SoftphoneHouse : IAsyncDisposable
{
    /// <summary>What the agent's words sound like.</summary>
    public const double Hertz = 500;

    /// <summary>What Twilio says when the agent cannot be reached.</summary>
    public const string Apology = "Please call again.";

    private readonly SimulatedGeminiServer _gemini;
    private readonly WebApplication _app;
    private readonly string _folder;

    private SoftphoneHouse(SimulatedGeminiServer gemini, WebApplication app, SoftphoneGate? gate, string folder)
    {
        (_gemini, _app, _folder) = (gemini, app, folder);
        Token = gate?.Token;
    }

    public string? Token { get; }

    public Uri Origin => new(_app.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));

    public int Port => Origin.Port;

    public SimulatedGemini Gemini => _gemini.Gemini;

    public ICallLog Log => _app.Services.GetRequiredService<ICallLog>();

    /// <summary>The record of the one call held here, which may have begun before midnight.</summary>
    public async Task<CallRecord> OnlyCallAsync()
    {
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        var calls = await Task.WhenAll(Log.ListAsync(today.AddDays(-1), null, 10, default), Log.ListAsync(today, null, 10, default));
        var call = Assert.Single(calls.SelectMany(day => day));
        return CallRecord.From(call, await Log.ReadAsync(call, default));
    }

    public int ActiveCalls => _app.Services.GetRequiredService<ActiveCalls>().Count;

    public static async Task<SoftphoneHouse> OpenAsync(bool withSoftphone = true)
    {
        var options = new SimulatedGeminiOptions
        {
            ApiKey = "a-key",
            Script = new ConversationScript([new ScriptTurn { Agent = "Hello." }, new ScriptTurn { Caller = "an order", Agent = "Certainly." }, new ScriptTurn { Caller = "more", Agent = "Goodbye." }]),
            AgentVoice = _ => TestTone.Sine(Hertz, GeminiWire.AgentRate, 1.5),
        };
        var gemini = await SimulatedGeminiServer.StartAsync(options);
        var folder = Directory.CreateTempSubdirectory("softphone-").FullName;
        var configuration = HouseConfiguration.FromEnvironment();
        configuration["Gemini:ApiKey"] = options.ApiKey;
        configuration["Gemini:Endpoint"] = gemini.Endpoint;
        configuration["PhoneAgent:WebhookBaseUrl"] = "https://functions.phone-agent.test";
        configuration["PhoneAgent:StreamUrl"] = "wss://relay.phone-agent.test/stream";
        configuration["PhoneAgent:CallLog"] = "file:" + folder;
        configuration["PhoneAgent:ApologyMessage"] = Apology;
        configuration["Relay:DrainSeconds"] = "1"; // what is left of a test's calls when it ends need not end well
        var gate = withSoftphone ? new SoftphoneGate() : null;
        return new SoftphoneHouse(gemini, await PhoneHost.StartBothAsync(configuration.Build(), 0, LogLevel.Warning, gate), gate, folder);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _gemini.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
