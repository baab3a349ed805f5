using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using PhoneAgent.MediaRelay.Transport;

namespace PhoneAgent.MediaRelay.Sockets;

/// <summary>
/// A client's opening handshake: name resolution, proxy, TLS and HTTP are the framework's; what it hands over is the connection below HTTP.
/// Source: RFC 6455, sections 4.1 and 4.2.2.
/// </summary>
internal static class ClientHandshake
{
    private const string AcceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>Opens a connection; returns it with what has come behind the answer, or the status of the answer that refused it.</summary>
    /// <param name="url"><c>ws</c> or <c>wss</c>.</param>
    /// <param name="headers">Sent along.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HttpRequestException">Nobody answered, or with something that opens no WebSocket.</exception>
    public static async Task<(Stream? Connection, ReadOnlyMemory<byte> Arrived, HttpStatusCode Status)> OpenAsync(
        Uri url, IEnumerable<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        // A client for one connection, so that there is no doubt about whose it is.
        HandshakeStream? handshake = null;
        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectCallback = OperatingSystem.IsLinux() ? EpollConnect.ConnectAsync : null,
            PlaintextStreamFilter = (context, _) => ValueTask.FromResult<Stream>(handshake = new HandshakeStream(context.PlaintextStream)),
        });
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(url) { Scheme = url.Scheme == Uri.UriSchemeWss ? Uri.UriSchemeHttps : Uri.UriSchemeHttp }.Uri)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new("websocket"));
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", key);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await http.SendAsync(request, cancellation);
        if (response.StatusCode == HttpStatusCode.SwitchingProtocols && Accepts(response, key))
        {
            return (handshake!.Connection, handshake.Arrived, response.StatusCode); // the answer is not disposed: the connection would be, too
        }

        response.Dispose();
        return response.StatusCode == HttpStatusCode.SwitchingProtocols
            ? throw new HttpRequestException(HttpRequestError.InvalidResponse, "The answer opens no WebSocket.")
            : (null, default, response.StatusCode);
    }

    private static bool Accepts(HttpResponseMessage response, string key) =>
        response.Headers.Upgrade.Any(protocol => protocol.Name.Equals("websocket", StringComparison.OrdinalIgnoreCase))
        && response.Headers.Connection.Contains("upgrade", StringComparer.OrdinalIgnoreCase)
        && response.Headers.TryGetValues("Sec-WebSocket-Accept", out var accepted) && accepted.SequenceEqual([AcceptOf(key)])
        && !response.Headers.Contains("Sec-WebSocket-Extensions") && !response.Headers.Contains("Sec-WebSocket-Protocol"); // none was asked for

    [SuppressMessage("Security", "CA5350", Justification = "The handshake is defined with SHA-1; it protects nothing.")]
    private static string AcceptOf(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptGuid)));
}
