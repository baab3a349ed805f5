using System.Net;
using System.Net.WebSockets;
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

    /// <inheritdoc />
    public bool TellsConsumed => settings.CurrentValue.TellsConsumed;

    /// <inheritdoc />
    public async Task<GeminiConnecting> ConnectAsync(CancellationToken cancellation)
    {
        var gemini = settings.CurrentValue;
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("x-goog-api-key", gemini.ApiKey);
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(20);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(45); // pongs were seen to lag by many seconds
        socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await socket.ConnectAsync(new Uri(gemini.Endpoint.TrimEnd('/') + Path), cancellation);
            return new GeminiConnecting(new WebSocketMessageSocket(socket, MaxMessageBytes, time), null);
        }
        catch (WebSocketException e)
        {
            var status = socket.HttpStatusCode;
            socket.Dispose();
            var isFinal = status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound;
            return new GeminiConnecting(null, status == 0 ? $"Gemini cannot be reached: {e.WebSocketErrorCode}" : Refusal(status), isFinal);
        }
        catch
        {
            socket.Dispose();
            throw;
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
