using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.Scripts;
using PhoneAgent.Simulator.Sound;
using PhoneAgent.Tests.Sound;

namespace PhoneAgent.Tests.Oracles;

/// <summary>Google's client talks to the simulated Gemini, and both tell the same story.</summary>
[SideBySide(2)]
public sealed class GeminiClientOracleTests : IAsyncLifetime
{
    private const string Key = "oracle-key";
    private const string Model = "gemini-3.8-live";
    private const string Question = "Hello, I would like to know, what are your opening hours?";
    private const string BargeIn = "Sorry, and on Sunday?";
    private const string Request = "Wonderful, that is all I wanted to know, thank you and goodbye.";

    private static readonly ConversationScript Script = new(
    [
        new ScriptTurn { Agent = "Hello there." },
        new ScriptTurn { Caller = Question, Agent = "A long answer that is cut off before its end." },
        new ScriptTurn { Caller = BargeIn, InterruptAfterMs = 0, Agent = "On Sunday as well." },
        new ScriptTurn { Caller = Request, Tool = new ScriptToolCall("get_weather", new JsonObject { ["city"] = "Zürich" }), Agent = "It is sunny." },
    ]);

    // Everything a client of this project may set, so that it is seen to be spelled as Google's client spells it.
    private static readonly JsonObject Config = JsonNode.Parse("""
        {
          "responseModalities": ["AUDIO"], "temperature": 0.7, "topP": 0.9, "topK": 40, "maxOutputTokens": 2000, "seed": 7,
          "speechConfig": { "voiceConfig": { "prebuiltVoiceConfig": { "voiceName": "Puck" } }, "languageCode": "en-GB" },
          "systemInstruction": "Be brief.",
          "tools": [{ "functionDeclarations": [{ "name": "get_weather", "description": "The weather.", "behavior": "NON_BLOCKING",
            "parameters": { "type": "OBJECT", "properties": { "city": { "type": "STRING" } }, "required": ["city"] } }] }],
          "sessionResumption": {}, "contextWindowCompression": { "triggerTokens": "100000", "slidingWindow": { "targetTokens": "50000" } },
          "inputAudioTranscription": {}, "outputAudioTranscription": {},
          "realtimeInputConfig": { "automaticActivityDetection": { "disabled": false, "startOfSpeechSensitivity": "START_SENSITIVITY_HIGH",
            "endOfSpeechSensitivity": "END_SENSITIVITY_HIGH", "prefixPaddingMs": 100, "silenceDurationMs": 500 },
            "activityHandling": "START_OF_ACTIVITY_INTERRUPTS", "turnCoverage": "TURN_INCLUDES_ONLY_ACTIVITY" }
        }
        """)!.AsObject();

    private readonly SpeechClips _clips = new(espeak: null);
    private SimulatedGeminiServer _server = null!;

    public async Task InitializeAsync() => _server = await SimulatedGeminiServer.StartAsync(new SimulatedGeminiOptions
    {
        ApiKey = Key,
        Script = Script,
        AgentVoice = Voice,
        ThinkTime = TimeSpan.FromMilliseconds(10),
    });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [NeedsNodeFact]
    public async Task Googles_client_holds_a_session_and_parses_everything_that_was_sent()
    {
        var question = Ask(Config, Key);
        question["text"] = "A caller is on the line.";
        question["question"] = Sound(Question);
        question["bargeIn"] = Sound(BargeIn);
        question["request"] = Sound(Request);
        question["functionOutput"] = new JsonObject { ["temperature"] = 21 };
        var parsed = await Oracle.Scripts.AskAsync("hold-live-session.mjs", question);
        var session = Assert.Single(_server.Gemini.Sessions);

        Assert.NotNull(parsed["setup"]!["setupComplete"]);
        Assert.Empty(session.UnknownSetupFields);
        Assert.Equal(["A caller is on the line."], session.Texts);
        Line(parsed["greeting"]!, said: "", Script.Turns[0].Agent);

        Assert.Equal(Question, (string?)parsed["answer"]!["said"]);
        var cut = parsed["interrupted"]!;
        Assert.True((bool)cut["interrupted"]!);
        Assert.False((bool)cut["generationComplete"]!);
        var interruption = Assert.Single(session.Interruptions);
        Assert.Equal(interruption.GeneratedMs * 48, Bytes(parsed["answer"]!) + Bytes(cut));
        Assert.InRange(interruption.GeneratedMs, 1, 29_999);
        Line(parsed["afterBargeIn"]!, BargeIn, Script.Turns[2].Agent);

        var call = Assert.Single(parsed["calling"]!["calls"]!.AsArray())!;
        Assert.Equal(Request, (string?)parsed["calling"]!["said"]);
        Assert.Equal(("get_weather", "Zürich"), ((string?)call["name"], (string?)call["args"]!["city"]));
        var response = Assert.Single(session.FunctionResponses);
        Assert.Equal(((string?)call["id"], "get_weather", """{"output":{"temperature":21}}"""), (response.Id, response.Name, response.Response.ToJsonString()));
        Line(parsed["afterFunction"]!, said: "", Script.Turns[3].Agent);

        Assert.Equal([Question, BargeIn, Request], session.Utterances.Select(heard => heard.Text));
        Assert.Equal(["audio/pcm;rate=16000"], session.MimeTypes);
        Assert.Equal(3 * 16_000 + new[] { Question, BargeIn, Request }.Sum(text => Clip(text).Length), session.SamplesHeard);
        Assert.Empty(session.Ignored);
        var patience = Patience.Token;
        await session.WaitUntilAsync(one => one.Close is not null, patience);
        Assert.True(session.ClosedByClient);
        Assert.Equal(session.Close!.Code, (int)parsed["close"]!["code"]!);
    }

    [NeedsNodeFact]
    public async Task Googles_client_is_told_why_a_key_or_a_setup_is_refused()
    {
        var wrongVoice = Config.DeepClone().AsObject();
        wrongVoice["speechConfig"]!["voiceConfig"]!["prebuiltVoiceConfig"]!["voiceName"] = "Nobody";
        Assert.EndsWith("(code 1007): API key not valid. Please pass a valid API key.", await RefusedAsync(Config, "another-key"), StringComparison.Ordinal);
        Assert.EndsWith($"(code 1007): Requested voice api_name 'Nobody' is not available for model {Model}", await RefusedAsync(wrongVoice, Key), StringComparison.Ordinal);
    }

    /// <summary>A line that was said to its end: all of its sound and text, the turn's end, tokens and a handle.</summary>
    private static void Line(JsonNode heard, string said, string text)
    {
        Assert.Equal((said, text), ((string?)heard["said"], (string?)heard["transcript"]));
        Assert.Equal(2 * Voice(text).Length, Bytes(heard));
        Assert.StartsWith("audio/pcm", (string?)Assert.Single(heard["mimeTypes"]!.AsArray()), StringComparison.Ordinal);
        Assert.True((bool)heard["generationComplete"]!);
        Assert.False((bool)heard["interrupted"]!);
        Assert.True((int)heard["tokens"]! > 0);
    }

    private static int Bytes(JsonNode heard) => (int)heard["audioBytes"]!;

    private static short[] Voice(string text) =>
        TestTone.Sine(300, GeminiWire.AgentRate, text == Script.Turns[1].Agent ? 30 : 0.4);

    private short[] Clip(string text)
    {
        var clip = _clips.Say(text, Speaker.Caller, GeminiWire.CallerRate);
        return clip[..(clip.Length / 320 * 320)];
    }

    private async Task<string?> RefusedAsync(JsonObject config, string key) =>
        (string?)(await Oracle.Scripts.AskAsync("open-live-session.mjs", Ask(config, key)))["refused"];

    private string Sound(string text) => Convert.ToBase64String(MemoryMarshal.AsBytes(Clip(text).AsSpan()));

    private JsonObject Ask(JsonObject config, string key) => new()
    {
        ["baseUrl"] = $"http://127.0.0.1:{_server.Port}",
        ["apiKey"] = key,
        ["model"] = Model,
        ["config"] = config.DeepClone(),
    };
}
