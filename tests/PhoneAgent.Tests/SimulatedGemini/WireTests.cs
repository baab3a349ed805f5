using System.Net.WebSockets;
using System.Text.Json;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Tests.Sound;

namespace PhoneAgent.Tests.GeminiSimulation;

public sealed class WireTests(GeminiServerFixture fixture) : IClassFixture<GeminiServerFixture>
{
    private readonly SimulatedGeminiServer _server = fixture.Server;

    [Fact]
    public async Task Answers_come_in_binary_frames_with_indented_json_and_fields_nobody_knows()
    {
        using var client = await LiveClient.ConnectAsync(_server);
        await client.SayAsync(LiveClient.Setup);
        var setupComplete = (await client.HearRawAsync())!.Value;
        Assert.Equal(WebSocketMessageType.Binary, setupComplete.Opcode);
        Assert.Contains("{\n  \"setupComplete\": {", setupComplete.Text, StringComparison.Ordinal);
        await client.SayAsync("""{"realtimeInput":{"text":"Begin."}}""");
        var content = (await client.HearRawAsync())!.Value;
        Assert.Contains("simulatedUnknownField", content.Text, StringComparison.Ordinal);
    }

    // The layout of the .NET client: snake_case, indented, '+' escaped; the sound is "++/77/vv".
    [Theory]
    [InlineData(WebSocketMessageType.Text, int.MaxValue)]
    [InlineData(WebSocketMessageType.Binary, int.MaxValue)]
    [InlineData(WebSocketMessageType.Text, 7)]
    public async Task Snake_case_indented_escaped_and_fragmented_messages_are_understood(WebSocketMessageType opcode, int fragmentBytes)
    {
        using var client = await LiveClient.ConnectAsync(_server);
        await client.SayAsync(
            "{\n  \"setup\": {\n    \"model\": \"models/gemini-3.8-live\",\n    \"output_audio_transcription\": {}\n  }\n}", opcode, fragmentBytes);
        await client.HearUntilAsync("setupComplete");
        await client.SayAsync(
            "{\n  \"realtime_input\": {\n    \"audio\": {\n      \"mime_type\": \"audio/pcm;rate=16000\",\n      \"data\": \"\\u002B\\u002B/77\\/vv\"\n    }\n  }\n}", opcode, fragmentBytes);
        var session = _server.Gemini.Sessions[^1];
        await session.WaitUntilAsync(s => s.AudioMessages == 1, Patience.Token);
        Assert.Equal(unchecked([(short)0xEFFB, (short)0xEFFB, (short)0xEFFB]), session.Heard());
    }

    [Fact]
    public async Task Every_sample_and_message_is_counted_and_kept()
    {
        using var client = await LiveClient.SetUpAsync(_server);
        var random = new Random(3);
        short[] sound = [.. Enumerable.Range(0, 320 * 500).Select(_ => (short)random.Next(-20, 20))];
        await client.SpeakAsync(sound);
        await client.SayAsync("""{"realtimeInput":{"audio":{"data":"AAA=","mimeType":"audio/pcm"}}}""");
        await client.CloseAsync(1000, "done");
        var session = _server.Gemini.Sessions[^1];
        await session.WaitUntilAsync(s => s.Close is not null, Patience.Token);
        Assert.Equal((sound.Length + 1L, 501), (session.SamplesHeard, session.AudioMessages));
        Assert.Equal([.. sound, 0], session.Heard());
        Assert.Equal(["audio/pcm;rate=16000", "audio/pcm"], session.MimeTypes);
        Assert.Equal((new GeminiClose(1000, "done"), true), (session.Close, session.ClosedByClient));
    }

    [Theory]
    [InlineData("""{"realtimeInput":{"text":"Hi"}}""", "setup must be the first")]
    [InlineData("""{"unknownThing":{}}""", "setup must be the first")]
    [InlineData("{\"setup\":", "Invalid JSON")]
    [InlineData("[1]", "Invalid JSON")]
    [InlineData("hello", "Invalid JSON")]
    [InlineData("""{"setup":5}""", "setup")]
    public async Task Before_setup_everything_else_is_a_1007(string message, string reason)
    {
        using var client = await LiveClient.ConnectAsync(_server);
        await client.SayAsync(message);
        Assert.Equal(1007, await client.HearCloseAsync());
        Assert.Contains(reason, client.CloseReason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LiveClient.Setup, "setup must be the first message and only the first")]
    [InlineData("{]", "Invalid JSON")]
    [InlineData("""{"realtimeInput":{"text":"a"},"realtimeInput":{"text":"b"}}""", "Invalid JSON")]
    [InlineData("""{"realtimeInput":{"text":"a"},"toolResponse":{}}""", "oneof")]
    [InlineData("""{"realtimeInput":{"mediaChunks":[{"data":"AAA=","mimeType":"audio/pcm;rate=16000"}]}}""", "realtime_input.media_chunks is deprecated. Use audio, video, or text instead.")]
    [InlineData("""{"realtime_input":{"media_chunks":[]}}""", "deprecated")]
    [InlineData("""{"realtimeInput":{"audio":{"data":"A","mimeType":"audio/pcm;rate=16000"}}}""", "base64")]
    [InlineData("""{"realtimeInput":{"audio":{"data":"AAAA","mimeType":"audio/pcm;rate=16000"}}}""", "even")]
    [InlineData("""{"realtimeInput":{"audio":{"data":"AAA=","mimeType":"audio/pcm;rate=8000"}}}""", "rate=16000")]
    [InlineData("""{"realtimeInput":{"audio":{"data":"AAA=","mimeType":"audio/x-mulaw"}}}""", "audio/x-mulaw")]
    [InlineData("""{"realtimeInput":{"text":5}}""", "text")]
    [InlineData("""{"realtimeInput":{"activityStart":{}}}""", "automatic activity detection")]
    [InlineData("""{"toolResponse":{"functionResponses":[]}}""", "function_responses")]
    [InlineData("""{"toolResponse":{"functionResponses":[{"name":"f","response":{}}]}}""", "id")]
    [InlineData("""{"toolResponse":{"functionResponses":[{"id":"1","response":"x"}]}}""", "response")]
    [InlineData("""{"toolResponse":{"functionResponses":[{"id":"1","response":{},"scheduling":"LATER"}]}}""", "LATER")]
    [InlineData("""{"clientContent":{"turns":[{"role":"agent","parts":[{"text":"x"}]}]}}""", "agent")]
    public async Task What_the_real_one_refuses_is_a_1007_with_a_reason(string message, string reason)
    {
        using var client = await LiveClient.SetUpAsync(_server);
        await client.SayAsync(message);
        Assert.Equal(1007, await client.HearCloseAsync());
        Assert.Contains(reason, client.CloseReason, StringComparison.Ordinal);
        var session = _server.Gemini.Sessions[^1];
        await session.WaitUntilAsync(s => s.Close is not null, Patience.Token);
        Assert.Equal((1007, false), (session.Close!.Code, session.ClosedByClient));
    }

    [Theory]
    [InlineData("""{"setup":{"model":"models/gpt"}}""", 1008, "models/gpt is not found")]
    [InlineData("""{"setup":{"model":"models/gemini-3.8-live","proactivity":{"proactiveAudio":false}}}""", 1007, "proactive_audio")]
    [InlineData("""{"setup":{"model":"models/gemini-3.8-live","sessionResumption":{"handle":"nobodys"}}}""", 1007, "handle")]
    public async Task A_setup_that_is_refused_is_closed_with_the_reason_and_still_a_session(string setup, int code, string reason)
    {
        using var client = await LiveClient.ConnectAsync(_server);
        await client.SayAsync(setup);
        Assert.Equal(code, await client.HearCloseAsync());
        Assert.Contains(reason, client.CloseReason, StringComparison.Ordinal);
        Assert.Equal(code, _server.Gemini.Sessions[^1].Close!.Code);
    }

    [Fact]
    public async Task A_message_of_more_than_8_mb_is_a_1009()
    {
        using var client = await LiveClient.SetUpAsync(_server);
        await client.SayAsync(new string(' ', (8 << 20) + 1));
        Assert.Equal(1009, await client.HearCloseAsync());
    }

    [Fact]
    public async Task Fields_and_messages_it_does_not_know_are_passed_over_and_recorded()
    {
        using var client = await LiveClient.SetUpAsync(_server, """{"setup":{"model":"models/gemini-3.8-live","futureThing":{"a":1}},"more":1}""");
        await client.SayAsync("""{"contextUpdate":{"systemInstruction":{}}}""");
        await client.SayAsync("""{"realtimeInput":{"video":{"data":"AAA=","mimeType":"image/jpeg"},"text":"Hi","nothing":null}}""");
        var session = _server.Gemini.Sessions[^1];
        await session.WaitUntilAsync(s => s.Texts.Count == 1, Patience.Token);
        Assert.Equal(["contextUpdate", "realtimeInput.video"], session.Ignored);
        Assert.Equal(["futureThing"], session.UnknownSetupFields);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_recorded_as_1006()
    {
        using var client = await LiveClient.SetUpAsync(_server);
        var session = _server.Gemini.Sessions[^1];
        client.Break();
        await session.WaitUntilAsync(s => s.Close is not null, Patience.Token);
        Assert.Equal((1006, true), (session.Close!.Code, session.ClosedByClient));
    }

    [Fact]
    public async Task A_setup_followed_at_once_by_a_close_is_still_a_recorded_session()
    {
        var before = _server.Gemini.Sessions.Count;
        using var client = await LiveClient.ConnectAsync(_server);
        await client.SayAsync(LiveClient.Setup);
        await client.CloseAsync(1001, "changed my mind");
        var session = await _server.Gemini.WaitForSessionAsync(before + 1, Patience.Token);
        await session.WaitUntilAsync(s => s.Close is not null, Patience.Token);
        Assert.Equal(new GeminiClose(1001, "changed my mind"), session.Close);
    }

    [Fact]
    public async Task A_conversation_goes_as_on_the_real_wire()
    {
        using var client = await LiveClient.SetUpAsync(_server);
        await client.SayAsync("""{"realtimeInput":{"text":"A caller is on the line."}}""");
        var greeting = await client.HearUntilAsync("turnComplete");
        Assert.Equal(GeminiServerFixture.Greeting, Joined(greeting, "outputTranscription"));
        Assert.Equal(24000 * 0.3 * 2, greeting.SelectMany(Sound).Sum(bytes => bytes.Length));
        Assert.Contains(greeting, m => Content(m)?.TryGetProperty("generationComplete", out _) is true);
        Assert.True(greeting[^1].TryGetProperty("usageMetadata", out _));

        await client.SpeakAsync([.. TestTone.Sine(300, 16000, 0.4), .. TestTone.Silence(16000, 0.6)]);
        var answer = await client.HearUntilAsync("turnComplete");
        Assert.Equal("How are you?", Joined(answer, "inputTranscription"));
        Assert.Equal(GeminiServerFixture.Answer, Joined(answer, "outputTranscription"));
        Assert.True(answer.FindIndex(m => Content(m)?.TryGetProperty("inputTranscription", out _) is true) < answer.FindIndex(m => Sound(m).Any()));

        await client.SayAsync("""{"clientContent":{"turns":[{"role":"user","parts":[{"text":"Go "},{"text":"on."}]}],"turnComplete":true}}""");
        await client.HearUntilAsync("modelTurn");
        await client.SpeakAsync(TestTone.Sine(300, 16000, 0.2));
        var interrupted = await client.HearUntilAsync("turnComplete");
        Assert.Contains(interrupted, m => Content(m)?.TryGetProperty("interrupted", out _) is true);
        Assert.Equal([new HistoryTurn("user", "Go on.")], _server.Gemini.Sessions[^1].History);
    }

    private static JsonElement? Content(JsonElement message) => message.TryGetProperty("serverContent", out var content) ? content : null;

    private static string Joined(List<JsonElement> messages, string transcription) => string.Concat(messages.Select(m =>
        Content(m) is { } content && content.TryGetProperty(transcription, out var piece) ? piece.GetProperty("text").GetString() : ""));

    private static IEnumerable<byte[]> Sound(JsonElement message) =>
        Content(message) is { } content && content.TryGetProperty("modelTurn", out var turn)
            ? turn.GetProperty("parts").EnumerateArray().Select(part => part.GetProperty("inlineData").GetProperty("data").GetBytesFromBase64())
            : [];
}
