using System.Text.Json;
using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.MediaRelay.Sockets;

namespace PhoneAgent.Tests.VirtualTime;

/// <summary>Gemini's side of a call in virtual time: does what the test tells it, and remembers what it was sent.</summary>
internal sealed class VirtualGemini(VirtualClock time, TimeSpan latency) : IGeminiConnector
{
    private MemorySocket? _socket;
    private Task _listening = Task.CompletedTask;

    /// <summary>How long connecting takes.</summary>
    public TimeSpan ConnectsIn { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether <c>setup</c> is answered.</summary>
    public bool CompletesSetup { get; init; } = true;

    /// <summary>Connections opened.</summary>
    public int Sessions { get; private set; }

    /// <summary>The setup message.</summary>
    public JsonElement Setup { get; private set; }

    /// <summary>PCM16 heard, 16 kHz.</summary>
    public List<short> Heard { get; } = [];

    /// <summary>Texts and tool answers received.</summary>
    public List<string> Texts { get; } = [];

    public List<JsonElement> ToolAnswers { get; } = [];

    /// <summary>Turns told as history, each with its role.</summary>
    public List<string> History { get; } = [];

    /// <summary>Handles that are refused with 1007.</summary>
    public bool RefusesHandles { get; init; }

    /// <summary>The handle the newest connection was set up with; null for none.</summary>
    public string? ResumedHandle => Setup.TryGetProperty("sessionResumption", out var resumption) && resumption.TryGetProperty("handle", out var handle) ? handle.GetString() : null;

    /// <summary>How the relay ended the connection.</summary>
    public SocketRead? Closed { get; private set; }

    public async Task<GeminiConnecting> ConnectAsync(CancellationToken cancellation)
    {
        await Task.Delay(ConnectsIn, time, cancellation);
        Sessions++;
        (var relay, _socket) = MemorySocket.Pair(time, latency);
        _listening = ListenAsync(_socket);
        return new GeminiConnecting(relay, null);
    }

    public ValueTask<bool> SendAsync(string message) => _socket!.SendAsync(message);

    /// <summary>Speaks for so long, all in one burst of 40 ms messages.</summary>
    public async Task SayAsync(int milliseconds, string text = "")
    {
        var chunk = Convert.ToBase64String(new byte[40 * 48]);
        for (var ms = 0; ms < milliseconds; ms += 40)
        {
            await SendAsync($$$$"""{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm;rate=24000","data":"{{{{chunk}}}}"}}]}}}""");
        }

        await SendAsync($$$$"""{"serverContent":{"outputTranscription":{"text":"{{{{text}}}}"}}}""");
    }

    public async Task CompleteTurnAsync()
    {
        await SendAsync("""{"serverContent":{"generationComplete":true}}""");
        await SendAsync("""{"serverContent":{"turnComplete":true},"usageMetadata":{"totalTokenCount":120}}""");
    }

    /// <summary>Gives a handle to resume with.</summary>
    public ValueTask<bool> GiveHandleAsync(string handle) => SendAsync($$$"""{"sessionResumptionUpdate":{"newHandle":"{{{handle}}}","resumable":true}}""");

    public Task CloseAsync(ushort code, string reason) => _socket!.CloseAsync(code, reason);

    public void Vanish() => _socket!.Abort();

    private async Task ListenAsync(MemorySocket socket)
    {
        while (true)
        {
            var read = await socket.ReadAsync();
            if (read.Kind != SocketReadKind.Stopped)
            {
                Closed = read.End;
                await socket.CloseAsync(1000, "");
                return;
            }

            var message = JsonDocument.Parse(read.Message).RootElement;
            if (message.TryGetProperty("setup", out var setup))
            {
                Setup = setup;
                if (RefusesHandles && ResumedHandle is not null)
                {
                    await socket.CloseAsync(1007, "Invalid handle.");
                }
                else if (CompletesSetup)
                {
                    await socket.SendAsync("""{"setupComplete":{}}""");
                }
            }
            else if (message.TryGetProperty("clientContent", out var content))
            {
                History.AddRange(content.GetProperty("turns").EnumerateArray().Select(turn => $"{turn.GetProperty("role")}: {turn.GetProperty("parts")[0].GetProperty("text")}"));
            }
            else if (message.TryGetProperty("toolResponse", out var answer))
            {
                ToolAnswers.Add(answer);
            }
            else if (message.GetProperty("realtimeInput") is var input && input.TryGetProperty("text", out var text))
            {
                Texts.Add(text.GetString()!);
            }
            else
            {
                var audio = input.GetProperty("audio");
                Assert.Equal("audio/pcm;rate=16000", audio.GetProperty("mimeType").GetString());
                Heard.AddRange(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, short>(audio.GetProperty("data").GetBytesFromBase64()));
            }
        }
    }
}
