using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace PhoneAgent.Handlers;

/// <summary><c>GET health</c>: that the functions are there, and which version.</summary>
public sealed class HealthCheck
{
    // The informational version without the source revision that the SDK appends after a plus sign.
    private static readonly string Version =
        typeof(HealthCheck).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>Answers anyone.</summary>
#pragma warning disable CA1822 // every endpoint is a method of a service, so that all are mapped the same way
    public Task<IResult> HealthAsync(HttpRequest request) => Task.FromResult(Results.Json(new Dictionary<string, string> { ["status"] = "ok", ["version"] = Version }));
#pragma warning restore CA1822
}
