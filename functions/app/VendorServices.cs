using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Handlers.Closing;
using PhoneAgent.Handlers.Outbound;

namespace PhoneAgent.Functions;

/// <summary>The vendors' SDKs behind the handlers' ports.</summary>
internal static class VendorServices
{
    /// <summary>Adds Twilio, which places calls, and Gemini, which summarises them.</summary>
    public static IServiceCollection AddVendorServices(this IServiceCollection services)
    {
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<TwilioClients>(provider, TwilioClients.CreateHttp()));
        services.AddSingleton<ICallPlacer>(provider => new TwilioCallPlacer(provider.GetRequiredService<TwilioClients>().Current, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ICallSummarizer, GeminiCallSummarizer>();
        return services;
    }
}
