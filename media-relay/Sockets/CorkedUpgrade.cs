using Microsoft.AspNetCore.Http.Features;

namespace PhoneAgent.MediaRelay.Sockets;

/// <summary>Puts a <see cref="CorkedStream"/> under the WebSocket of a request that is upgraded.</summary>
internal sealed class CorkedUpgrade(IHttpUpgradeFeature inner) : IHttpUpgradeFeature
{
    /// <inheritdoc />
    public bool IsUpgradableRequest => inner.IsUpgradableRequest;

    /// <summary>The stream, once upgraded.</summary>
    public CorkedStream? Stream { get; private set; }

    /// <inheritdoc />
    public async Task<Stream> UpgradeAsync() => Stream = new CorkedStream(await inner.UpgradeAsync());

    /// <summary>Middleware; it stands before the WebSocket middleware, which asks for the feature.</summary>
    public static Task Use(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
        {
            context.Features.Set<IHttpUpgradeFeature>(new CorkedUpgrade(upgrade));
        }

        return next(context);
    }
}
