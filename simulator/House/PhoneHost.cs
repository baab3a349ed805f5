using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Agents;
using PhoneAgent.Handlers;
using PhoneAgent.Handlers.Outbound;
using PhoneAgent.MediaRelay;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Softphone;

namespace PhoneAgent.Simulator.House;

/// <summary>The real handlers and the real relay on loopback ports, as the function app and the container run them.</summary>
internal static class PhoneHost
{
    /// <summary>Starts the handlers, webhooks and owner's API, on a port of their own.</summary>
    /// <param name="configuration">What the handlers read.</param>
    /// <param name="port">Theirs.</param>
    /// <param name="level">From which on they log.</param>
    /// <param name="placer">Places outbound calls; null where none can be placed.</param>
    /// <param name="log">Takes the log instead of standard error, the host's own lines included.</param>
    /// <param name="agents">The folder of the agents' profiles; null for those shipped.</param>
    public static Task<WebApplication> StartHandlersAsync(IConfiguration configuration, int port, LogLevel level, ICallPlacer? placer, ILoggerProvider? log = null, string? agents = null) => StartAsync(
        configuration,
        port,
        level,
        services =>
        {
            services.AddAgentProfiles(agents).AddPhoneAgentHandlers(configuration);
            if (placer is not null)
            {
                services.AddSingleton(placer);
            }
        },
        app => MapHandlers(app, configuration),
        log);

    /// <summary>Starts the relay on a port of its own.</summary>
    public static Task<WebApplication> StartRelayAsync(IConfiguration configuration, int port, LogLevel level, ILoggerProvider? log = null, string? agents = null) => StartAsync(
        configuration, port, level, services => services.AddAgentProfiles(agents).AddMediaRelay(configuration), app => app.MapMediaRelay(), log);

    /// <summary>Starts both on one port, so that one tunnel is enough.</summary>
    /// <param name="configuration">What both read.</param>
    /// <param name="port">Theirs.</param>
    /// <param name="level">From which on they log.</param>
    /// <param name="softphone">Lets people call from the page at <c>/</c>; null for no such page.</param>
    /// <param name="log">Takes the log instead of standard error.</param>
    /// <param name="placer">Places outbound calls; null where none can be placed.</param>
    public static Task<WebApplication> StartBothAsync(IConfiguration configuration, int port, LogLevel level, SoftphoneGate? softphone = null, ILoggerProvider? log = null, ICallPlacer? placer = null) => StartAsync(
        configuration,
        port,
        level,
        services =>
        {
            services.AddPhoneAgentHandlers(configuration).AddMediaRelay(configuration);
            if (placer is not null)
            {
                services.AddSingleton(placer);
            }

            if (softphone is not null)
            {
                services.AddSoftphone(configuration);
            }
        },
        app =>
        {
            MapHandlers(app, configuration);
            app.MapMediaRelay();
            if (softphone is not null)
            {
                app.MapSoftphone(softphone, configuration);
            }
        },
        log);

    /// <summary>The phone that calls a host of both, from whatever port it has; each of its calls needs a name of its own.</summary>
    public static PhoneSettings PhoneOf(WebApplication app, IConfiguration configuration)
    {
        var local = new Uri(app.Urls.Single());
        return new PhoneSettings
        {
            AccountSid = configuration["Twilio:AccountSid"]!,
            AuthToken = configuration["Twilio:AuthToken"]!,
            IncomingUrl = new Uri(local, "/api/voice/incoming"),
            PublicBaseUrl = new Uri(configuration["PhoneAgent:WebhookBaseUrl"]!),
            PublicStreamUrl = new Uri(configuration["PhoneAgent:StreamUrl"]!),
            LocalStreamUrl = new UriBuilder(new Uri(local, "/stream")) { Scheme = "ws" }.Uri,
            StatusCallbackUrl = new Uri(new Uri(configuration["PhoneAgent:WebhookBaseUrl"]!), "/api/voice/status"),
        };
    }

    private static void MapHandlers(WebApplication app, IConfiguration configuration)
    {
        app.MapPhoneWebhooks();
        app.MapOwnerApi([configuration["PhoneAgent:LocalFunctionKey"]!]);
    }

    private static async Task<WebApplication> StartAsync(
        IConfiguration configuration, int port, LogLevel level, Action<IServiceCollection> addServices, Action<WebApplication> map, ILoggerProvider? log = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddConfiguration(configuration);
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(level);
        if (log is not null)
        {
            builder.Logging.AddProvider(log);
        }
        else
        {
            LogToStandardError(builder);
        }

        builder.WebHost.UseRelayServer();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        addServices(builder.Services);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return app;
    }

    private static void LogToStandardError(WebApplicationBuilder builder)
    {
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning); // the host's request log would print tickets
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None); // a failed start is told in one line, without its stack

        // Standard output belongs to the conversation, or to the JSON that --json asks for.
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
