using System.Net;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Configuration;
using PhoneAgent.MediaRelay.Gemini;

namespace PhoneAgent.MediaRelay.Sockets;

/// <summary>Opens WebSockets to the Live API; the key goes into a header, never into the address.</summary>
public sealed class GeminiWebSocketConnector(IOptionsMonitor<GeminiSettings> settings, TimeProvider time) : IGeminiConnector
{
    /// <summary>The API's path. Source: https://ai.google.dev/api/live</summary>
    public const string Path = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";

    /// <summary>Far above any message seen (240 ms of audio are 16 kB), far below what would hurt.</summary>
    private const int MaxMessageBytes = 4 * 1024 * 1024;

    // Pongs were seen to lag by many seconds.
    private static readonly KeepAlive Alive = new(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(45));

    /// <inheritdoc />
    public bool TellsConsumed => settings.CurrentValue.TellsConsumed;

    /// <inheritdoc />
    public async Task<GeminiConnecting> ConnectAsync(CancellationToken cancellation)
    {
        var gemini = settings.CurrentValue;
        try
        {
            var (stream, arrived, status) = await ClientHandshake.OpenAsync(
                new Uri(gemini.Endpoint.TrimEnd('/') + Path), [new("x-goog-api-key", gemini.ApiKey)], cancellation);
            if (stream is not null)
            {
                return new GeminiConnecting(new WebSocketMessageSocket(stream, stream, isServer: false, MaxMessageBytes, Alive, time, stream.Dispose, arrived), null);
            }

            var isFinal = status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound;
            return new GeminiConnecting(null, Refusal(status), isFinal);
        }
        catch (HttpRequestException e)
        {
            return new GeminiConnecting(null, $"Gemini cannot be reached: {e.HttpRequestError}");
        }
    }

    private static string Refusal(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => $"Gemini refused the key (HTTP {(int)status}); check Gemini__ApiKey",
        HttpStatusCode.NotFound => "Gemini has no Live API at this address (HTTP 404); check Gemini__Endpoint",
        HttpStatusCode.TooManyRequests => "Gemini refuses more sessions (HTTP 429)",
        _ => $"Gemini answered HTTP {(int)status}",
    };
}
