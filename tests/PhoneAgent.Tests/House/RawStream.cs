using System.Net;
using System.Net.WebSockets;
using System.Text;

namespace PhoneAgent.Tests.House;

/// <summary>A bare WebSocket client that says to the relay whatever a test wants.</summary>
internal sealed class RawStream : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _patience = new(Patience.Long);

    /// <summary>Connects; the HTTP status when the upgrade is refused, else 101.</summary>
    public async Task<HttpStatusCode> ConnectAsync(Uri url, string? signature = null)
    {
        _socket.Options.CollectHttpResponseDetails = true;
        if (signature is not null)
        {
            _socket.Options.SetRequestHeader("X-Twilio-Signature", signature);
        }

        try
        {
            await _socket.ConnectAsync(url, _patience.Token);
        }
        catch (WebSocketException)
        {
            // The status tells.
        }

        return _socket.HttpStatusCode;
    }

    public async Task<RawStream> ConnectedAsync(Uri url)
    {
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await ConnectAsync(url));
        return this;
    }

    public Task StartAsync(string callSid, string accountSid = RelayOnLoopback.AccountSid) => SendAsync(
        $$$$"""{"event":"start","sequenceNumber":"1","streamSid":"MZ1","start":{"accountSid":"{{{{accountSid}}}}","streamSid":"MZ1","callSid":"{{{{callSid}}}}","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{}}}""");

    /// <summary>Sends 20 ms of digital silence.</summary>
    public Task FrameAsync() => _socket.State != WebSocketState.Open ? Task.CompletedTask : SendAsync($$$"""{"event":"media","streamSid":"MZ1","media":{"track":"inbound","payload":"{{{new string('/', 212)}}}/w=="}}""");

    public Task StopAsync() => SendAsync("""{"event":"stop","streamSid":"MZ1","stop":{}}""");

    public Task SendAsync(string text, WebSocketMessageType type = WebSocketMessageType.Text) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(text), type, endOfMessage: true, _patience.Token);

    /// <summary>Reads on until the relay closes; its close code.</summary>
    public async Task<int> CloseCodeAsync()
    {
        var buffer = new byte[16_384];
        while (true)
        {
            var received = await _socket.ReceiveAsync(buffer, _patience.Token);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _patience.Token);
                return (int)received.CloseStatus!;
            }
        }
    }

    /// <summary>The next text message.</summary>
    public async Task<string> NextAsync()
    {
        var buffer = new byte[16_384];
        var received = await _socket.ReceiveAsync(buffer, _patience.Token);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _patience.Dispose();
    }
}
