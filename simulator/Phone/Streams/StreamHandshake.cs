using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace PhoneAgent.Simulator.Phone.Streams;

/// <summary>Opens the WebSocket of a media stream as Twilio does, signed over the public address.</summary>
internal static class StreamHandshake
{
    /// <summary>How long the server may take; Twilio's own figure is not documented.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Either an open socket or what Twilio would log.</summary>
    public static async Task<(ClientWebSocket? Socket, TwilioError? Error)> OpenAsync(
        Uri publicUrl, Uri localUrl, string authToken, TimeProvider time, CancellationToken cancellation)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("User-Agent", "Twilio.TmeWs/1.0");
        socket.Options.SetRequestHeader("X-Twilio-Signature", RequestSignature.OfHandshake(authToken, publicUrl.AbsoluteUri));
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        socket.Options.CollectHttpResponseDetails = true;
        if (localUrl.IsLoopback)
        {
            socket.Options.Proxy = null;
        }

        using var late = new CancellationTokenSource(Patience, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            await socket.ConnectAsync(localUrl, stop.Token);
            return (socket, null);
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException)
        {
            var status = socket.HttpStatusCode;
            socket.Dispose();
            cancellation.ThrowIfCancellationRequested();
            return (null, Diagnose(failure, status));
        }
    }

    private static TwilioError Diagnose(Exception failure, HttpStatusCode status) => failure switch
    {
        OperationCanceledException => TwilioError.StreamTimeout("no answer to the handshake"),
        _ when status != 0 => TwilioError.StreamHandshake($"the server answered {(int)status} instead of 101"),
        { InnerException: HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } } =>
            TwilioError.StreamRefused("nobody listens there"),
        _ => TwilioError.StreamHandshake(failure.InnerException?.Message ?? failure.Message),
    };
}
