using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>Puts the simulated Gemini into any ASP.NET Core host.</summary>
public static class SimulatedGeminiEndpoints
{
    // One route for all spellings: the JavaScript client (@google/genai 3.1.0) asks for v1, and with two slashes in front
    // because its base address ends in one; other clients ask for v1beta or v1alpha. The real one takes them all.
    private static readonly RoutePattern Method = RoutePatternFactory.Parse(
        "/{**method}",
        defaults: null,
        parameterPolicies: new RouteValueDictionary
        {
            ["method"] = new RegexRouteConstraint(@"^/?ws/google\.ai\.generativelanguage\.(v1|v1beta|v1alpha)\.GenerativeService\.BidiGenerateContent$"),
        });

    private static readonly RoutePattern TextMethod = RoutePatternFactory.Parse(
        "/{**method}",
        defaults: null,
        parameterPolicies: new RouteValueDictionary { ["method"] = new RegexRouteConstraint(@"^/?(v1|v1beta|v1alpha)/models/[^/:]+:generateContent$") });

    /// <summary>Maps the Live API's method and the text models'; every other path stays a 404.</summary>
    public static IEndpointRouteBuilder MapSimulatedGemini(this IEndpointRouteBuilder endpoints, SimulatedGemini gemini)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(gemini);
        var stopping = endpoints.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var pipeline = endpoints.CreateApplicationBuilder();
        pipeline.UseWebSockets();
        pipeline.Run(context => gemini.ServeAsync(context, context.Request.Path.Value!.Split('.')[3], stopping));
        endpoints.Map(Method, pipeline.Build()).WithDisplayName("Simulated Gemini Live");
        endpoints.Map(TextMethod, context => gemini.TextModel.ServeAsync(context, context.Request.Path.Value!.Split('/', ':')[^2])).WithDisplayName("Simulated Gemini text models");
        return endpoints;
    }
}
