using System.Net;
using System.Net.Sockets;

namespace PhoneAgent.MediaRelay.Tools.Http;

/// <summary>
/// The HTTP connections of tools: no proxy, no cookies, no redirects by themselves, and only to addresses that
/// <see cref="PublicAddress"/> allows. A host that is written as a loopback address is the owner's wish and allowed.
/// </summary>
internal sealed class ToolHttp : IDisposable
{
    private readonly HttpMessageInvoker _public;
    private readonly HttpMessageInvoker _private;

    /// <summary>Connections under these rules.</summary>
    public ToolHttp()
        : this(Handler)
    {
    }

    /// <summary>Connections of another kind; given whether they may lead into the private network.</summary>
    internal ToolHttp(Func<bool, HttpMessageHandler> handler) => (_public, _private) = (new(handler(false)), new(handler(true)));

    /// <summary>Sends a request; the answer's head is there, its body still to be read.</summary>
    /// <exception cref="HttpRequestException">It did not reach the server, or was not allowed to.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, bool privateNetwork, CancellationToken cancellation) =>
        (privateNetwork ? _private : _public).SendAsync(request, cancellation);

    /// <inheritdoc />
    public void Dispose()
    {
        _public.Dispose();
        _private.Dispose();
    }

    /// <summary>A handler under these rules.</summary>
    public static SocketsHttpHandler Handler(bool privateNetwork) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        MaxResponseHeadersLength = 32,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, privateNetwork, cancellation),
    };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, bool privateNetwork, CancellationToken cancellation)
    {
        var loopback = IsLoopback(host.Host);
        var found = IPAddress.TryParse(host.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host.Host, cancellation);
        var allowed = Array.FindAll(found, address => loopback ? IPAddress.IsLoopback(address) : PublicAddress.Allows(address, privateNetwork));
        if (allowed.Length == 0)
        {
            throw new HttpRequestException("The host's address is not public.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, host.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
