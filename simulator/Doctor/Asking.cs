using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;

namespace PhoneAgent.Simulator.Doctor;

/// <summary>Asks services over HTTP; that one cannot be reached is an answer too, in words an owner can use.</summary>
/// <param name="http">Follows no redirect.</param>
internal sealed class Asking(HttpClient http)
{
    private const int MostBytes = 256 * 1024;

    /// <summary>How long a service may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Sends a request and reads the answer, its first 256 kB.</summary>
    public async Task<Answer> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(Patience);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            var text = await ReadAsync(response.Content, timeout.Token);
            return new Answer(response.StatusCode, text, response.Headers.Date, response.Headers.Location, response.Content.Headers.ContentType, null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Answer.None($"did not answer within {Patience.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Answer.None(Words(e));
        }
    }

    /// <summary>Asks for an address.</summary>
    public Task<Answer> GetAsync(Uri address, CancellationToken cancellation) => SendAsync(new HttpRequestMessage(HttpMethod.Get, address), cancellation);

    /// <summary>Why something could not be reached, without the addresses and texts that an exception quotes.</summary>
    public static string Words(Exception failure) => failure switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "cannot be found: its name does not resolve",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } => "cannot be found: its name does not resolve",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "refuses the connection: nothing listens there",
        AuthenticationException => "has a certificate that cannot be trusted",
        { InnerException: { } inner } => Words(inner),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "has a certificate that cannot be trusted, or speaks no TLS",
        _ => "cannot be reached",
    };

    private static async Task<string> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellation);
        var bytes = new byte[MostBytes];
        var length = await stream.ReadAtLeastAsync(bytes, MostBytes, throwOnEndOfStream: false, cancellation);
        return System.Text.Encoding.UTF8.GetString(bytes, 0, length);
    }
}

/// <summary>A service's answer, or why there is none.</summary>
/// <param name="Status">Its status; 0 without an answer.</param>
/// <param name="Text">Its body.</param>
/// <param name="Date">When it says it was given.</param>
/// <param name="Location">Where it sends the asker.</param>
/// <param name="Type">What the body is.</param>
/// <param name="Failure">Why there is no answer, to follow the service's name; null when there is one.</param>
internal sealed record Answer(HttpStatusCode Status, string Text, DateTimeOffset? Date, Uri? Location, MediaTypeHeaderValue? Type, string? Failure)
{
    /// <summary>No answer.</summary>
    public static Answer None(string failure) => new(0, "", null, null, null, failure);

    /// <summary>Whether it is a success.</summary>
    public bool Succeeded => (int)Status is >= 200 and < 300;

    /// <summary>Whether the body is JSON.</summary>
    public bool IsJson => Type?.MediaType is "application/json" or "application/problem+json";
}
