using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace PhoneAgent.Tests.Phone;

/// <summary>The server's end of a media stream, as a test scripts it.</summary>
internal sealed class ServerStream(WebSocket socket, HttpContext context, ScriptedApplication application)
{
    private readonly byte[] _buffer = new byte[64 * 1024];

    public string StreamSid { get; private set; } = string.Empty;

    public List<JsonObject> Received { get; } = [];

    public IEnumerable<JsonObject> Media => Received.Where(message => (string?)message["event"] == "media");

    /// <summary>The next message; null for a close frame, or for an end without one.</summary>
    public async Task<JsonObject?> ReadAsync()
    {
        WebSocketReceiveResult result;
        try
        {
            result = await socket.ReceiveAsync(_buffer, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            return null;
        }

        if (result.MessageType == WebSocketMessageType.Close)
        {
            application.Note("close");
            return null;
        }

        Assert.True(result is { EndOfMessage: true, MessageType: WebSocketMessageType.Text });
        var message = JsonNode.Parse(_buffer.AsSpan(0, result.Count))!.AsObject();
        Received.Add(message);
        switch ((string?)message["event"])
        {
            case "start":
                StreamSid = (string)message["streamSid"]!;
                break;
            case "stop":
                application.Note("stop");
                break;
        }

        return message;
    }

    public async Task ReadUntilAsync(string kind)
    {
        while (await ReadAsync() is { } message)
        {
            if ((string?)message["event"] == kind)
            {
                return;
            }
        }
    }

    public async Task ReadFramesAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await ReadUntilAsync("media");
        }
    }

    /// <summary>Reads on until the phone closes, then answers the close.</summary>
    public async Task ReadToEndAsync()
    {
        while (await ReadAsync() is not null)
        {
        }

        if (socket.State == WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
    }

    public Task SendAsync(string text, WebSocketMessageType type = WebSocketMessageType.Text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), type, true, CancellationToken.None);

    public Task SendMediaAsync(byte[] mulaw) =>
        SendAsync($$$"""{"event":"media","streamSid":"{{{StreamSid}}}","media":{"payload":"{{{Convert.ToBase64String(mulaw)}}}"}}""");

    public Task SendMarkAsync(string name) =>
        SendAsync($$$"""{"event":"mark","streamSid":"{{{StreamSid}}}","mark":{"name":"{{{name}}}"}}""");

    public Task SendClearAsync() => SendAsync($$$"""{"event":"clear","streamSid":"{{{StreamSid}}}"}""");

    /// <summary>Closes as a server does that is done with the call, and waits for the phone's answer.</summary>
    public async Task CloseAsync()
    {
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "done", CancellationToken.None);
        while (await ReadAsync() is not null)
        {
        }
    }

    /// <summary>Tears the connection down without a close frame.</summary>
    public void Abort() => context.Abort();
}
