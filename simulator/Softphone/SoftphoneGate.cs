using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace PhoneAgent.Simulator.Softphone;

/// <summary>
/// Lets only the person at this machine use the softphone: the token of this run, which stands in the printed address, a
/// loopback Host, a loopback peer, and no other site's page. A page from elsewhere has no token; a name that was made to point here
/// has no loopback Host; a tunnel's visitor has neither.
/// </summary>
internal sealed class SoftphoneGate
{
    private readonly byte[] _token;

    /// <summary>Draws the token of this run.</summary>
    public SoftphoneGate()
    {
        Token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _token = Encoding.UTF8.GetBytes(Token);
    }

    /// <summary>The token: 32 hexadecimal digits.</summary>
    public string Token { get; }

    /// <summary>Whether a request may have the page's scripts and styles, which are no secret.</summary>
    public static bool IsLocal(HttpRequest request) =>
        request.Host.Host is "localhost" or "127.0.0.1" or "[::1]"
        && request.HttpContext.Connection is { RemoteIpAddress: { } peer, LocalPort: var port } && IPAddress.IsLoopback(peer) && (request.Host.Port ?? 80) == port;

    /// <summary>Whether a request may have the page itself, or a report.</summary>
    public bool Admits(HttpRequest request) =>
        IsLocal(request) && request.Query["token"] is [{ } given] && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), _token);

    /// <summary>Whether a request may hold a call: asked for by our own page. Browsers send the Origin with every WebSocket.</summary>
    public bool AdmitsCall(HttpRequest request) =>
        Admits(request) && request.Headers.Origin is [{ } origin] && origin == $"{request.Scheme}://{request.Host.Value}";
}
