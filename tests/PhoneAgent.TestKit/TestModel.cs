using System.Text.Json;
using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.TestKit;

/// <summary>Gemini Live, which says and calls what the test says. Source of the messages: https://ai.google.dev/api/live</summary>
internal sealed class TestModel(VirtualClock time) : IGeminiConnector
{
    private readonly Dictionary<string, TaskCompletionSource<ToolAnswer>> _calls = [];
    private TaskCompletionSource _ready = new();
    private MemorySocket? _socket;
    private int _ids;

    public List<string> Texts { get; } = [];

    public List<string> Functions { get; private set; } = [];

    public string Instructions { get; private set; } = "";

    /// <summary>How long words take to be said: 15 letters a second.</summary>
    public static TimeSpan Length(string words) => TimeSpan.FromMilliseconds(40 * Math.Ceiling(((words.Length * 1_000 / 15) + 200) / 40.0));

    public Task ReadyAsync() => _ready.Task;

    public async Task<GeminiConnecting> ConnectAsync(CancellationToken cancellation)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellation);
        (var relay, _socket) = MemorySocket.Pair(time, TestCaller.Latency);
        _ = ListenAsync(_socket);
        return new GeminiConnecting(relay, null);
    }

    public async Task SayAsync(string words)
    {
        var chunk = Convert.ToBase64String(new byte[40 * 48]);
        for (var said = TimeSpan.Zero; said < Length(words); said += TimeSpan.FromMilliseconds(40))
        {
            await SendAsync($$$$"""{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm;rate=24000","data":"{{{{chunk}}}}"}}]}}}""");
        }

        await SendAsync($$$$"""{"serverContent":{"outputTranscription":{"text":{{{{JsonSerializer.Serialize(words)}}}}}}}""");
        await SendAsync("""{"serverContent":{"generationComplete":true}}""");
        await SendAsync("""{"serverContent":{"turnComplete":true},"usageMetadata":{"totalTokenCount":100}}""");
    }

    public ValueTask<bool> HearAsync(string words) => SendAsync($$$$"""{"serverContent":{"inputTranscription":{"text":{{{{JsonSerializer.Serialize(words)}}}}}}}""");

    public ValueTask<bool> InterruptAsync() => SendAsync("""{"serverContent":{"interrupted":true}}""");

    public async Task<ToolAnswer> CallAsync(string function, string arguments)
    {
        var id = $"call-{++_ids}";
        var answer = _calls[id] = new TaskCompletionSource<ToolAnswer>();
        await SendAsync($$$"""{"toolCall":{"functionCalls":[{"id":"{{{id}}}","name":{{{JsonSerializer.Serialize(function)}}},"args":{{{arguments}}}}]}}""");
        return await answer.Task;
    }

    public void Vanish()
    {
        _ready = new TaskCompletionSource();
        _socket!.Abort();
    }

    private async ValueTask<bool> SendAsync(string message)
    {
        await _ready.Task;
        return await _socket!.SendAsync(message);
    }

    private async Task ListenAsync(MemorySocket socket)
    {
        while (true)
        {
            var read = await socket.ReadAsync();
            if (read.Kind != SocketReadKind.Stopped)
            {
                await socket.CloseAsync(1000, "");
                return;
            }

            await HandleAsync(socket, JsonDocument.Parse(read.Message).RootElement);
        }
    }

    private async Task HandleAsync(MemorySocket socket, JsonElement message)
    {
        if (message.TryGetProperty("setup", out var setup))
        {
            Instructions = setup.TryGetProperty("systemInstruction", out var instruction) ? instruction.GetProperty("parts")[0].GetProperty("text").GetString()! : "";
            Functions = setup.TryGetProperty("tools", out var tools)
                ? [.. tools.EnumerateArray().Where(tool => tool.TryGetProperty("functionDeclarations", out _)).SelectMany(tool => tool.GetProperty("functionDeclarations").EnumerateArray()).Select(function => function.GetProperty("name").GetString()!)]
                : [];
            await socket.SendAsync("""{"setupComplete":{}}""");
            _ready.TrySetResult();
        }
        else if (message.TryGetProperty("toolResponse", out var response))
        {
            foreach (var answer in response.GetProperty("functionResponses").EnumerateArray())
            {
                var result = answer.GetProperty("response");
                var succeeded = result.TryGetProperty("output", out var json);
                _calls[answer.GetProperty("id").GetString()!].TrySetResult(new ToolAnswer(succeeded, succeeded ? json.GetRawText() : result.GetProperty("error").GetRawText()));
            }
        }
        else if (message.TryGetProperty("realtimeInput", out var input) && input.TryGetProperty("text", out var text))
        {
            Texts.Add(text.GetString()!);
        }
    }
}
