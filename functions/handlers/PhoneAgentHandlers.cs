using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PhoneAgent.Core;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Trust;
using PhoneAgent.Handlers.Closing;
using PhoneAgent.Handlers.Inbound;
using PhoneAgent.Handlers.Outbound;
using PhoneAgent.Handlers.Owner;
using PhoneAgent.Handlers.Voice;
using PhoneAgent.Handlers.Webhooks;

namespace PhoneAgent.Handlers;

/// <summary>Puts the handlers into any ASP.NET Core host.</summary>
public static class PhoneAgentHandlers
{
    /// <summary>Adds every handler and its settings, which are checked when the host starts.</summary>
    public static IServiceCollection AddPhoneAgentHandlers(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddFunctionsConfiguration(configuration).AddAgentProfiles().AddTelemetryExport(configuration, "phoneagent-functions");
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new StreamTickets(provider.GetRequiredService<IOptionsMonitor<PhoneAgentSettings>>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => CallLogs.Open(provider.GetRequiredService<IOptions<PhoneAgentSettings>>().Value.CallLog, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => CallLogs.OpenDocuments(provider.GetRequiredService<IOptions<PhoneAgentSettings>>().Value.CallLog, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => CallLogs.OpenRecordings(provider.GetRequiredService<IOptions<PhoneAgentSettings>>().Value.CallLog, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(TargetsOfProfiles);
        services.AddSingleton<TwilioWebhook>();
        services.AddSingleton<CallAnswers>();
        services.AddSingleton<CallControl>();
        services.AddSingleton<ConnectCall>();
        services.AddSingleton<StreamEndedWebhook>();
        services.AddSingleton<WhisperWebhook>();
        services.AddSingleton<CallClosing>();
        services.AddSingleton<CallStatusWebhook>();
        services.AddSingleton<StreamStatusWebhook>();
        services.AddSingleton<CallerLimits>();
        services.AddSingleton<OutboundCalls>();
        services.AddSingleton<DialAllowance>();
        services.AddSingleton<AnsweredCall>();
        services.AddSingleton<CreateCall>();
        services.AddSingleton<OwnerApi>();
        services.AddSingleton<LocalKeyGate>();
        services.AddSingleton<ReportApi>();
        services.AddSingleton<HealthCheck>();
        return services;
    }

    /// <summary>Maps what Twilio calls, proven by its signature, and the health check.</summary>
    public static IEndpointRouteBuilder MapPhoneWebhooks(this IEndpointRouteBuilder endpoints)
    {
        var routes = endpoints.MapGroup(PhoneRoutes.Prefix);
        routes.MapPost(PhoneRoutes.VoiceIncoming, (HttpRequest request) => Handler<ConnectCall>(request).IncomingAsync(request));
        routes.MapPost(PhoneRoutes.VoiceStreamEnded, (HttpRequest request) => Handler<StreamEndedWebhook>(request).StreamEndedAsync(request));
        routes.MapPost(PhoneRoutes.VoiceWhisper, (HttpRequest request) => Handler<WhisperWebhook>(request).WhisperAsync(request));
        routes.MapPost(PhoneRoutes.VoiceStatus, (HttpRequest request) => Handler<CallStatusWebhook>(request).StatusAsync(request));
        routes.MapPost(PhoneRoutes.VoiceStreamStatus, (HttpRequest request) => Handler<StreamStatusWebhook>(request).StreamStatusAsync(request));
        routes.MapGet(PhoneRoutes.Health, (HttpRequest request) => Handler<HealthCheck>(request).HealthAsync(request));
        return endpoints;
    }

    /// <summary>Maps what the owner calls, for hosts without the Functions platform in front.</summary>
    /// <param name="endpoints">To these.</param>
    /// <param name="keys">Any of them opens the API.</param>
    /// <exception cref="ArgumentException">There is no key, or an empty one.</exception>
    public static IEndpointRouteBuilder MapOwnerApi(this IEndpointRouteBuilder endpoints, IReadOnlyList<string> keys)
    {
        var routes = endpoints.MapGroup(PhoneRoutes.Prefix).AddEndpointFilter(new OwnerKeys(keys));
        routes.MapPost(PhoneRoutes.Calls, (HttpRequest request) => Handler<CreateCall>(request).CreateAsync(request));
        routes.MapGet(PhoneRoutes.Calls, (HttpRequest request) => Handler<OwnerApi>(request).ListCallsAsync(request));
        routes.MapGet(PhoneRoutes.CallRecording, (HttpRequest request) => Handler<OwnerApi>(request).GetRecordingAsync(request));
        routes.MapDelete(PhoneRoutes.Call, (HttpRequest request) => Handler<OwnerApi>(request).RemoveCallAsync(request));
        routes.MapGet(PhoneRoutes.CallReport, (HttpRequest request) => Handler<ReportApi>(request).GetReportAsync(request));
        routes.MapGet(PhoneRoutes.Call, (HttpRequest request) => Handler<OwnerApi>(request).GetCallAsync(request));
        return endpoints;
    }

    // The relay names a target; only here it becomes a number.
    private static TransferTargets TargetsOfProfiles(IServiceProvider services)
    {
        var profiles = services.GetRequiredService<AgentProfiles>();
        return (agent, target) => (profiles.Find(agent) ?? profiles.Default).TransferTargets.GetValueOrDefault(target);
    }

    private static T Handler<T>(HttpRequest request)
        where T : notnull => request.HttpContext.RequestServices.GetRequiredService<T>();
}
