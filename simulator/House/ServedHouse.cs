using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PhoneAgent.Simulator.Conversation;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.Outbound;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Scripts;
using PhoneAgent.Simulator.Softphone;

namespace PhoneAgent.Simulator.House;

/// <summary>
/// What <c>serve</c> runs: handlers and relay on one port, the sample shop, the simulated Gemini unless there is a key for the real one, and
/// a simulated phone that takes the calls the owner's API places, unless the account is a real one.
/// </summary>
internal sealed class ServedHouse : IAsyncDisposable
{
    private static readonly ConversationScript CalledPerson = new(
    [
        new ScriptTurn { Agent = "" },
        new ScriptTurn { Caller = "Hello, I would like to know, what are your opening hours?", Agent = "" },
        new ScriptTurn { Caller = "Wonderful, that is all I wanted to know, thank you and goodbye.", Agent = "" },
    ]);

    private readonly SimulatedGeminiServer? _gemini;
    private readonly SampleShop _shop;
    private readonly SimulatedCallPlacer? _placer;

    private ServedHouse(WebApplication app, SimulatedGeminiServer? gemini, SampleShop shop, SimulatedCallPlacer? placer) =>
        (App, _gemini, _shop, _placer) = (app, gemini, shop, placer);

    /// <summary>Handlers and relay.</summary>
    public WebApplication App { get; }

    /// <summary>Whether Gemini is the simulated one.</summary>
    public bool SimulatesGemini => _gemini is not null;

    /// <summary>Whether calls that are placed ring at a simulated phone; otherwise none can be placed.</summary>
    public bool SimulatesCallee => _placer is not null;

    /// <summary>Starts everything.</summary>
    /// <param name="configuration">With the public addresses; what Gemini and shop need is added.</param>
    /// <param name="port">Of this machine; 0 for any free one.</param>
    /// <param name="softphone">Lets people call from the page at <c>/</c>; null for no such page.</param>
    /// <param name="level">From which on the services log.</param>
    public static async Task<ServedHouse> StartAsync(HouseConfiguration configuration, int port, SoftphoneGate? softphone, LogLevel level)
    {
        configuration.Default("PhoneAgent:CallLog", "file:./calls");
        var gemini = string.IsNullOrEmpty(configuration["Gemini:ApiKey"]) ? await StartGeminiAsync(configuration) : null;
        var shop = await SampleShop.OpenAsync();
        configuration.Default("Tools:Addresses:SHOP", shop.Address);

        WebApplication app = null!;
        var placer = configuration.Invented.Contains("Twilio__AuthToken") ? Placer(() => app, configuration) : null;

        // On one port with the handlers, the relay has their configuration: the stream's handshake signature is checked too.
        app = await PhoneHost.StartBothAsync(configuration.Build(), port, level, softphone, placer: placer);
        if (placer is not null)
        {
            app.Lifetime.ApplicationStopping.Register(placer.BreakOff);
        }

        return new ServedHouse(app, gemini, shop, placer);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        await (_placer?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _shop.DisposeAsync();
        await (_gemini?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private static SimulatedCallPlacer Placer(Func<WebApplication> app, HouseConfiguration configuration)
    {
        configuration.Default("Twilio:PhoneNumber", "+14155550199");
        var lines = CallerLines.From(recording: null, script: null);
        return new SimulatedCallPlacer(
            () => PhoneHost.PhoneOf(app(), configuration.Build()),
            new Callee { Voice = () => new ScriptedCaller(CalledPerson, lines.Clips) });
    }

    private static async Task<SimulatedGeminiServer> StartGeminiAsync(HouseConfiguration configuration)
    {
        var options = new SimulatedGeminiOptions { ApiKey = Guid.NewGuid().ToString("n"), Script = ConversationScript.Adaptive, KeepsSound = false };
        var gemini = await SimulatedGeminiServer.StartAsync(options);
        configuration["Gemini:ApiKey"] = options.ApiKey;
        configuration["Gemini:Endpoint"] = gemini.Endpoint;
        return gemini;
    }
}
