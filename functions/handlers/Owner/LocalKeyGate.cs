using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Configuration;

namespace PhoneAgent.Handlers.Owner;

/// <summary>
/// Stands before the owner's routes in the function app. In Azure the platform has checked the function key, and the
/// infrastructure says so by PhoneAgent__PlatformChecksKeys; anywhere else, <c>func start</c> for one, nobody has, and only
/// PhoneAgent__LocalFunctionKey opens them.
/// </summary>
public sealed class LocalKeyGate(IOptionsMonitor<PhoneAgentSettings> settings, ILogger<LocalKeyGate> logger)
{
    /// <summary>Lets a request through to its handler, or answers 401.</summary>
    public Task<IResult> AskAsync(HttpRequest request, Func<HttpRequest, Task<IResult>> handler)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(handler);
        var phoneAgent = settings.CurrentValue;
        if (phoneAgent.PlatformChecksKeys || (phoneAgent.LocalFunctionKey is { } key && !string.IsNullOrWhiteSpace(key) && new OwnerKeys([key]).Opens(request)))
        {
            return handler(request);
        }

        logger.OwnerKeyRefused();
        return Task.FromResult(OwnerKeys.Refusal());
    }
}
