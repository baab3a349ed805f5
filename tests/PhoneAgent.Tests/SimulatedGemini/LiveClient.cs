using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using PhoneAgent.Simulator.Gemini;

namespace PhoneAgent.Tests.GeminiSimulation;

/// <summary>A client of the Live API that says exactly what a test gives it, and nothing by itself.</summary>
internal sealed class LiveClient : IDisposable
{
    public const string Key = "test-key";
    public const string Setup = """{"setup":{"model":"models/gemini-3.8-live","outputAudioTranscription":{},"inputAudioTranscription":{}}}""";

    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _patience = new(Patience.Long);

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public string? CloseReason => _socket.CloseStatusDescription;

    public int HttpStatus => (int)_socket.HttpStatusCode;

    public static async Task<LiveClient> ConnectAsync(SimulatedGeminiServer server, string? key = Key, string path = GeminiWire.Path)
    {
        var client = new LiveClient();
        client._socket.Options.CollectHttpResponseDetails = true;
        if (key is not null)
        {
            client._socket.Options.SetRequestHeader("x-goog-api-key", key);
        }

        try
        {
            await client._socket.ConnectAsync(new Uri(server.Endpoint + path), client._patience.Token);
        }
        catch (WebSocketException) when (client._socket.HttpStatusCode != 0)
        {
            // HttpStatus tells.
        }

        return client;
    }

    public static async Task<LiveClient> SetUpAsync(SimulatedGeminiServer server, string setup = Setup)
    {
        var client = await ConnectAsync(server);
        await client.SayAsync(setup);
        Assert.True((await client.HearAsync())!.Value.TryGetProperty("setupComplete", out _));
        return client;
    }

    /// <param name="json">The message.</param>
    /// <param name="opcode">Text or binary.</param>
    /// <param name="fragmentBytes">Cuts it into frames of so many bytes.</param>
    public async Task SayAsync(string json, WebSocketMessageType opcode = WebSocketMessageType.Text, int fragmentBytes = int.MaxValue)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        for (var sent = 0; sent < bytes.Length;)
        {
            var frame = bytes.AsMemory(sent, Math.Min(fragmentBytes, bytes.Length - sent));
            sent += frame.Length;
            await _socket.SendAsync(frame, opcode, sent == bytes.Length, _patience.Token);
        }
    }

    /// <summary>Sound in messages of 20 ms, as fast as it goes.</summary>
    public async Task SpeakAsync(short[] samples)
    {
        foreach (var frame in samples.Chunk(320))
        {
            var bytes = new byte[frame.Length * 2];
            Buffer.BlockCopy(frame, 0, bytes, 0, bytes.Length);
            await SayAsync($$$$"""{"realtimeInput":{"audio":{"data":"{{{{Convert.ToBase64String(bytes)}}}}","mimeType":"audio/pcm;rate=16000"}}}""");
        }
    }

    /// <summary>The next message as it came; null once the server has closed.</summary>
    public async Task<(WebSocketMessageType Opcode, string Text, int Frames)?> HearRawAsync()
    {
        using var message = new MemoryStream();
        var buffer = new byte[16384];
        for (var frames = 1; ; frames++)
        {
            var frame = await _socket.ReceiveAsync(buffer.AsMemory(), _patience.Token);
            if (frame.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            message.Write(buffer, 0, frame.Count);
            if (frame.EndOfMessage)
            {
                return (frame.MessageType, Encoding.UTF8.GetString(message.ToArray()), frames);
            }
        }
    }

    /// <summary>The next message; null once the server has closed.</summary>
    public async Task<JsonElement?> HearAsync() =>
        await HearRawAsync() is { } raw ? JsonDocument.Parse(raw.Text).RootElement : null;

    /// <summary>All messages up to the one that fits.</summary>
    public async Task<List<JsonElement>> HearUntilAsync(string property)
    {
        List<JsonElement> heard = [];
        while (await HearAsync() is { } message)
        {
            heard.Add(message);
            if (message.TryGetProperty(property, out _) || (message.TryGetProperty("serverContent", out var content) && content.TryGetProperty(property, out _)))
            {
                return heard;
            }
        }

        throw new InvalidOperationException($"Closed ({CloseStatus} {CloseReason}) before {property}.");
    }

    /// <summary>Reads on until the server closes.</summary>
    /// <returns>The close code, -1 when the connection broke.</returns>
    public async Task<int> HearCloseAsync()
    {
        try
        {
            while (await HearRawAsync() is not null)
            {
            }
        }
        catch (WebSocketException)
        {
            return -1;
        }

        return (int)CloseStatus!;
    }

    public Task CloseAsync(int code = 1000, string reason = "") =>
        _socket.CloseAsync((WebSocketCloseStatus)code, reason, _patience.Token);

    public void Break() => _socket.Abort();

    public void Dispose()
    {
        _socket.Dispose();
        _patience.Dispose();
    }
}
