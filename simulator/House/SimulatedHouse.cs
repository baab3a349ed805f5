using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Owner;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.Outbound;
using PhoneAgent.Simulator.Phone;

namespace PhoneAgent.Simulator.House;

/// <summary>
/// Everything a call needs but the phone, on loopback: the real handlers, the real relay, the simulated Gemini, in one process unless relays
/// of their own are asked for. They speak over real sockets only.
/// </summary>
internal sealed class SimulatedHouse : IAsyncDisposable
{
    private const int AnyPort = 0;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly SimulatedGeminiServer _gemini;
    private readonly WebApplication? _relay;
    private readonly WebApplication _handlers;
    private readonly HouseConfiguration _configuration;

    private SimulatedHouse(SimulatedGeminiServer gemini, WebApplication? relay, Replicas? replicas, WebApplication handlers, SimulatedCallPlacer? placer, HouseConfiguration configuration, SampleShop shop)
    {
        Placer = placer;
        Shop = shop;
        Replicas = replicas;
        _gemini = gemini;
        _relay = relay;
        _handlers = handlers;
        _configuration = configuration;
        LocalWebhooks = new Uri(handlers.Urls.Single());
        LocalStream = new UriBuilder(replicas?.Origin ?? new Uri(relay!.Urls.Single())) { Scheme = "ws", Path = "/stream" }.Uri;
    }

    /// <summary>Twilio's REST API with the called phone behind it; null where no call is placed.</summary>
    public SimulatedCallPlacer? Placer { get; }

    /// <summary>The systems behind the sample agent's tools.</summary>
    public SampleShop Shop { get; }

    /// <summary>The relays, when they have processes of their own; null when there is one, in this process.</summary>
    public Replicas? Replicas { get; }

    /// <summary>The simulated Gemini.</summary>
    public SimulatedGemini Gemini => _gemini.Gemini;

    /// <summary>Where the handlers listen.</summary>
    public Uri LocalWebhooks { get; }

    /// <summary>Where the relay listens.</summary>
    public Uri LocalStream { get; }

    /// <summary>The key of the owner's API.</summary>
    public string FunctionKey => _configuration["PhoneAgent:LocalFunctionKey"]!;

    /// <summary>Starts everything. Whatever key and endpoint of Gemini the environment holds, the real one is not touched.</summary>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="options">What the simulated Gemini says.</param>
    /// <param name="callLog">Where the call log goes unless the configuration names a place.</param>
    /// <param name="callee">Who is reached by outbound calls; null where none is placed.</param>
    /// <param name="level">From which on the services log.</param>
    /// <param name="log">Makes what takes a service's log instead of standard error; asked for each service.</param>
    /// <param name="agents">The folder of the agents' profiles; null for those shipped, which relays with processes of their own always have.</param>
    /// <param name="replicas">How many relays have processes of their own, behind a balancer; 0 for one in this process.</param>
    public static async Task<SimulatedHouse> OpenAsync(
        HouseConfiguration configuration, SimulatedGeminiOptions options, string callLog, Callee? callee = null, LogLevel level = LogLevel.Warning, Func<ILoggerProvider>? log = null,
        string? agents = null, int replicas = 0)
    {
        var gemini = await SimulatedGeminiServer.StartAsync(options);
        configuration["Gemini:Endpoint"] = gemini.Endpoint;
        configuration["Gemini:ApiKey"] = options.ApiKey;

        // Public addresses as in production; the simulated Twilio signs over them and knows the way to the local ports.
        configuration.Default("PhoneAgent:WebhookBaseUrl", "https://functions.phone-agent.test");
        configuration.Default("PhoneAgent:StreamUrl", "wss://relay.phone-agent.test/stream");
        configuration.Default("PhoneAgent:CallLog", callLog);
        var shop = await SampleShop.OpenAsync();
        configuration.Default("Tools:Addresses:SHOP", shop.Address);

        // As in production: the relay, open to the internet all day, is not given Twilio's token.
        var relays = configuration.Build("Twilio:AuthToken", "Twilio:PreviousAuthToken");
        var relay = replicas == 0 ? await PhoneHost.StartRelayAsync(relays, AnyPort, level, log?.Invoke(), agents) : null;
        var several = replicas == 0 ? null : await Replicas.StartAsync(replicas, relays, CancellationToken.None);
        SimulatedHouse house = null!;
        var placer = callee is null ? null : new SimulatedCallPlacer(() => house.PhoneSettings(), callee);
        var handlers = await PhoneHost.StartHandlersAsync(configuration.Build(), AnyPort, level, placer, log?.Invoke(), agents);
        return house = new SimulatedHouse(gemini, relay, several, handlers, placer, configuration, shop);
    }

    /// <summary>A phone whose number this house answers.</summary>
    public PhoneSettings PhoneSettings() => new()
    {
        AccountSid = _configuration["Twilio:AccountSid"]!,
        AuthToken = _configuration["Twilio:AuthToken"]!,
        IncomingUrl = new Uri(LocalWebhooks, "/api/voice/incoming"),
        PublicBaseUrl = new Uri(_configuration["PhoneAgent:WebhookBaseUrl"]!),
        PublicStreamUrl = new Uri(_configuration["PhoneAgent:StreamUrl"]!),
        LocalStreamUrl = LocalStream,
        StatusCallbackUrl = new Uri(new Uri(_configuration["PhoneAgent:WebhookBaseUrl"]!), "/api/voice/status"),
    };

    /// <summary>A call as the owner's page shows it.</summary>
    /// <param name="callSid">The call.</param>
    /// <param name="recording">Where its recording is, as seen from the page.</param>
    /// <param name="cancellation">Breaks it off.</param>
    public async Task<string> ReportAsync(string callSid, string? recording, CancellationToken cancellation)
    {
        var call = CallSid.Parse(callSid);
        return ReportPage.Of(CallRecord.From(call, await _handlers.Services.GetRequiredService<ICallLog>().ReadAsync(call, cancellation)), recording);
    }

    /// <summary>Waits until the relay has closed both sides of every call and logged its end, at most so long.</summary>
    public async Task WaitUntilIdleAsync(TimeSpan atMost)
    {
        var calls = _relay?.Services.GetRequiredService<ActiveCalls>();
        for (var waited = TimeSpan.Zero; (calls?.Count ?? Replicas!.Open.Sum()) > 0 && waited < atMost; waited += Poll)
        {
            await Task.Delay(Poll);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Placer is not null)
        {
            await Placer.DisposeAsync();
        }

        await _handlers.DisposeAsync();
        if (_relay is not null)
        {
            await _relay.StopAsync();
            await _relay.DisposeAsync();
        }

        if (Replicas is not null)
        {
            await Replicas.DisposeAsync();
        }

        await _gemini.DisposeAsync();
        await Shop.DisposeAsync();
    }
}
