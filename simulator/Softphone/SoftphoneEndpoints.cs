using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Owner;
using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Phone;

namespace PhoneAgent.Simulator.Softphone;

/// <summary>The softphone as <c>serve</c> has it: its page at <c>/</c>, its calls, and their reports.</summary>
internal static class SoftphoneEndpoints
{
    private const int MostCalls = 4;

    private static readonly Dictionary<string, string> Files = new(StringComparer.Ordinal)
    {
        ["phone.css"] = "text/css; charset=utf-8",
        ["phone.js"] = "text/javascript; charset=utf-8",
        ["worklet.js"] = "text/javascript; charset=utf-8",
        ["sound.js"] = "text/javascript; charset=utf-8",
    };

    /// <summary>Adds what the softphone needs to the handlers' and the relay's services; called after they are added.</summary>
    public static IServiceCollection AddSoftphone(this IServiceCollection services, IConfiguration configuration)
    {
        var connector = services.Last(service => service.ServiceType == typeof(IGeminiConnector)).ImplementationType!;
        services.AddSingleton(provider => new LosableGemini((IGeminiConnector)ActivatorUtilities.CreateInstance(provider, connector)));
        services.AddSingleton<IGeminiConnector>(provider => provider.GetRequiredService<LosableGemini>());
        services.AddSingleton(provider => new WatchedCallLog(CallLogs.Open(configuration["PhoneAgent:CallLog"]!, provider.GetRequiredService<TimeProvider>())));
        services.AddSingleton<ICallLog>(provider => provider.GetRequiredService<WatchedCallLog>());
        return services;
    }

    /// <summary>Maps page, calls and reports behind the gate.</summary>
    /// <param name="app">With handlers and relay.</param>
    /// <param name="gate">Holds this run's token.</param>
    /// <param name="configuration">Says who signs, and which addresses are public.</param>
    public static void MapSoftphone(this WebApplication app, SoftphoneGate gate, IConfiguration configuration)
    {
        var running = 0;
        app.MapGet("/", (HttpContext context) => gate.Admits(context.Request) ? Page(context, "index.html", "text/html; charset=utf-8") : Refused());
        app.MapGet("/softphone/{file}", (HttpContext context, string file) =>
            SoftphoneGate.IsLocal(context.Request) && Files.TryGetValue(file, out var type) ? Page(context, file, type) : Results.NotFound());
        app.MapGet("/softphone/report/{callSid}", (HttpContext context, string callSid, WatchedCallLog log) =>
            gate.Admits(context.Request) && CallSid.TryParse(callSid, out var call) ? ReportAsync(context, call, log) : Task.FromResult(Refused()));
        app.Map("/softphone/call", async (HttpContext context, WatchedCallLog log, LosableGemini gemini, IHostApplicationLifetime lifetime) =>
        {
            if (!gate.AdmitsCall(context.Request) || !context.WebSockets.IsWebSocketRequest)
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return;
            }

            if (Interlocked.Increment(ref running) > MostCalls)
            {
                Interlocked.Decrement(ref running);
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            try
            {
                using var page = await context.WebSockets.AcceptWebSocketAsync();
                await new SoftphoneCall(page, PhoneHost.PhoneOf(app, configuration) with { CallSid = Sids.New("CA", Random.Shared) }, log, gemini).RunAsync(lifetime.ApplicationStopping);
            }
            catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // Ctrl+C breaks calls off.
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        });
    }

    private static IResult Refused() => Results.Text("Open the address that serve has printed.", statusCode: StatusCodes.Status403Forbidden);

    private static IResult Page(HttpContext context, string file, string type)
    {
        Harden(context, $"default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ws://{context.Request.Host.Value}; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        return Results.Stream(typeof(SoftphoneEndpoints).Assembly.GetManifestResourceStream("Softphone/" + file)!, type);
    }

    private static async Task<IResult> ReportAsync(HttpContext context, CallSid call, WatchedCallLog log)
    {
        var record = CallRecord.From(call, await log.ReadAsync(call, context.RequestAborted));
        Harden(context, "frame-ancestors 'self'"); // the page has a policy of its own
        return record.BeganAt is null ? Results.NotFound() : Results.Content(ReportPage.Of(record), "text/html; charset=utf-8");
    }

    private static void Harden(HttpContext context, string policy)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "microphone=(self), camera=(), geolocation=()";
    }
}
