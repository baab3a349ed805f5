using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PhoneAgent.Core;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Trust;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.MediaRelay.Tools;
using PhoneAgent.MediaRelay.Tools.Functions;

namespace PhoneAgent.MediaRelay;

/// <summary>The relay as any ASP.NET Core host can have it: its services, its routes, and how it stops.</summary>
public static class RelayApp
{
    // What a stopping relay needs beyond the drain itself: closing handshakes and the last log appends.
    private static readonly TimeSpan AfterDrain = TimeSpan.FromSeconds(20);

    /// <summary>Adds the relay's services; configuration is checked when the host starts.</summary>
    public static IServiceCollection AddMediaRelay(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRelayConfiguration(configuration).AddAgentProfiles().AddTools().AddOwnTools().AddTelemetryExport(configuration, "phoneagent-relay");
        services.TryAddSingleton(provider => new StreamTickets(provider.GetRequiredService<IOptionsMonitor<PhoneAgentSettings>>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new Pacer(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IGeminiConnector, GeminiWebSocketConnector>();
        services.AddSingleton<ITextModel, GeminiTextModel>();
        services.TryAddSingleton(provider => CallLogs.Open(
            provider.GetRequiredService<IOptions<PhoneAgentSettings>>().Value.CallLog,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(CreateCallServices);
        services.AddSingleton(provider =>
        {
            var relay = provider.GetRequiredService<IOptionsMonitor<RelaySettings>>();
            return new ActiveCalls(() => relay.CurrentValue.MaxCalls);
        });
        services.AddSingleton<CallEndpoint>();
        services.AddSingleton<Readiness>();
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning)); // no lines for each probe
        services.AddHostedService<Draining>();
        services.AddOptions<HostOptions>().Configure<IOptions<RelaySettings>>((host, relay) =>
            host.ShutdownTimeout = TimeSpan.FromSeconds(relay.Value.DrainSeconds) + AfterDrain);
        return services;
    }

    /// <summary>Maps the stream, <c>/healthz</c> and <c>/readyz</c>.</summary>
    public static WebApplication MapMediaRelay(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        WarmUp();
        app.UseWebSockets();
        app.MapGet(CallEndpoint.Route, (HttpContext context, string callSid, string ticket, CallEndpoint endpoint) => endpoint.HandleAsync(context, callSid, ticket));
        app.MapGet("/healthz", () => Results.Text("alive"));
        app.MapGet("/readyz", (Readiness readiness) => readiness.Answer());
        return app;
    }

    // The filters are designed at their first use, which must not be the first caller's.
    private static void WarmUp()
    {
        new Upsampler8To16().Process([0], new short[2]);
        new Downsampler24To8().Process([0, 0, 0], new short[1]);
    }

    private static CallServices CreateCallServices(IServiceProvider provider)
    {
        var profiles = provider.GetRequiredService<AgentProfiles>();
        return new CallServices(
            provider.GetRequiredService<ICallLog>(),
            provider.GetRequiredService<IGeminiConnector>(),
            name => profiles.Find(name) ?? profiles.Default,
            provider.GetRequiredService<Pacer>(),
            provider.GetRequiredService<TimeProvider>(),
            () => Guid.NewGuid().ToString("n"),
            provider.GetRequiredService<ILoggerFactory>().CreateLogger<CallSession>())
        {
            Recordings = CallLogs.OpenRecordings(provider.GetRequiredService<IOptions<PhoneAgentSettings>>().Value.CallLog, provider.GetRequiredService<TimeProvider>()),
            Jitter = Random.Shared.NextDouble,
            TextModel = provider.GetRequiredService<ITextModel>(),
            Toolbox = provider.GetRequiredService<Toolboxes>().For,
        };
    }

    /// <summary>
    /// Hands calls over when the host begins to stop: before Kestrel does, which would cut their sockets.
    /// </summary>
    private sealed class Draining(ActiveCalls calls, IOptions<RelaySettings> relay, TimeProvider time) : IHostedLifecycleService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StoppingAsync(CancellationToken cancellationToken)
        {
            var within = TimeSpan.FromSeconds(relay.Value.DrainSeconds);
            var drained = calls.DrainAsync(within, time);
            var limit = Task.Delay(within + AfterDrain, time, cancellationToken);
            await Task.WhenAny(drained, limit);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
