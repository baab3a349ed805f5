using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Scripts;
using PhoneAgent.Tests.Sound;

namespace PhoneAgent.Tests.Oracles;

/// <summary>The relay writes its setup by hand; Google's client is told the same in its own words.</summary>
[SideBySide(2)]
public sealed class RelaySetupOracleTests
{
    private const string Key = "oracle-key";
    private const string Model = "gemini-3.8-live";

    [NeedsNodeFact]
    public async Task The_relay_opens_its_session_with_the_setup_googles_client_writes_for_the_same_agent()
    {
        var relays = await SetupOfRelayAsync();

        // The functions are declared to Google's client as the relay writes them, so it must know every field.
        var googles = await SetupOfGooglesClientAsync(AgentProfiles.Load().Default, relays.Setup["tools"]!);
        Assert.Empty(relays.UnknownSetupFields);
        Assert.Empty(googles.UnknownSetupFields);

        // The role of an instruction has no meaning; Google's client adds it.
        var expected = googles.Setup.DeepClone().AsObject();
        expected["systemInstruction"]!.AsObject().Remove("role");
        Assert.Equal(Fields(expected), Fields(relays.Setup));
    }

    [NeedsNodeFact]
    public async Task The_relay_asks_a_text_model_as_googles_client_does_and_googles_client_reads_the_simulated_answer()
    {
        await using var server = await SimulatedGeminiServer.StartAsync(Options());
        var settings = new ServiceCollection().Configure<GeminiSettings>(gemini => (gemini.ApiKey, gemini.Endpoint) = (Key, server.Endpoint)).BuildServiceProvider();
        using var model = new GeminiTextModel(settings.GetRequiredService<IOptionsMonitor<GeminiSettings>>());
        var relays = await model.AskAsync("Be brief.", "My order is 4711, please", CancellationToken.None);

        var googles = await Oracle.Scripts.AskAsync("ask-text-model.mjs", new JsonObject
        {
            ["baseUrl"] = $"http://127.0.0.1:{server.Port}",
            ["apiKey"] = Key,
            ["model"] = "gemini-3.6-flash",
            ["instructions"] = "Be brief.",
            ["data"] = "My order is 4711, please",
            ["maxOutputTokens"] = 8192,
        });
        Assert.Equal(relays.Text, (string?)googles["text"]);
        Assert.Equal("STOP", (string?)googles["finishReason"]);
        var usage = googles["usage"]!;
        Assert.Equal((long)usage["totalTokenCount"]!, relays.Tokens.TextIn + relays.Tokens.TextOut);
        Assert.Equal(new TokenUsage(0, (long)usage["promptTokenCount"]!, 0, (long)usage["candidatesTokenCount"]! + (long)usage["thoughtsTokenCount"]!), relays.Tokens);
        var (ours, theirs) = (server.Gemini.TextModel.Requests[0], server.Gemini.TextModel.Requests[1]);
        theirs["systemInstruction"]!.AsObject().Remove("role");
        Assert.Equal(Fields(theirs), Fields(ours));
    }

    private static async Task<Simulator.Gemini.GeminiSession> SetupOfRelayAsync()
    {
        var folder = Directory.CreateTempSubdirectory("oracle-").FullName;
        try
        {
            var configuration = HouseConfiguration.FromEnvironment();
            configuration["Gemini:Model"] = Model;
            await using var house = await SimulatedHouse.OpenAsync(configuration, Options(), "file:" + folder);
            using var phone = new SimulatedPhone(house.PhoneSettings());

            // Hangs up once the agent was heard, so that there is a session however busy the machine is.
            await phone.CallAsync(new ScriptedCaller(new ConversationScript([new ScriptTurn { Agent = "any" }]), _ => []));
            await house.WaitUntilIdleAsync(Patience.Long);
            return Assert.Single(house.Gemini.Sessions);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Simulator.Gemini.GeminiSession> SetupOfGooglesClientAsync(AgentProfile agent, JsonNode tools)
    {
        await using var server = await SimulatedGeminiServer.StartAsync(Options());
        var opened = await Oracle.Scripts.AskAsync("open-live-session.mjs", new JsonObject
        {
            ["baseUrl"] = $"http://127.0.0.1:{server.Port}",
            ["apiKey"] = Key,
            ["model"] = Model,
            ["config"] = new JsonObject
            {
                ["responseModalities"] = new JsonArray("AUDIO"),
                ["speechConfig"] = new JsonObject
                {
                    ["voiceConfig"] = new JsonObject { ["prebuiltVoiceConfig"] = new JsonObject { ["voiceName"] = agent.Voice } },
                    ["languageCode"] = agent.Language,
                },
                ["systemInstruction"] = AgentBrief.For(agent, CallRecord.From(CallSid.Parse("CA00000000000000000000000000000001"), [])).Instructions,
                ["contextWindowCompression"] = new JsonObject { ["slidingWindow"] = new JsonObject() },
                ["tools"] = tools.DeepClone(),
                ["sessionResumption"] = new JsonObject(),
                ["inputAudioTranscription"] = new JsonObject(),
                ["outputAudioTranscription"] = new JsonObject(),
                ["realtimeInputConfig"] = new JsonObject
                {
                    ["automaticActivityDetection"] = new JsonObject
                    {
                        ["startOfSpeechSensitivity"] = $"START_SENSITIVITY_{agent.VoiceActivity.StartSensitivity}".ToUpperInvariant(),
                        ["endOfSpeechSensitivity"] = $"END_SENSITIVITY_{agent.VoiceActivity.EndSensitivity}".ToUpperInvariant(),
                        ["prefixPaddingMs"] = agent.VoiceActivity.PrefixPaddingMs,
                        ["silenceDurationMs"] = agent.VoiceActivity.SilenceDurationMs,
                    },
                    ["activityHandling"] = "START_OF_ACTIVITY_INTERRUPTS",
                    ["turnCoverage"] = "TURN_INCLUDES_ONLY_ACTIVITY",
                },
            },
        });
        Assert.NotNull(opened["setupComplete"]);
        return Assert.Single(server.Gemini.Sessions);
    }

    private static SimulatedGeminiOptions Options() => new()
    {
        ApiKey = Key,
        AgentVoice = _ => TestTone.Sine(300, GeminiWire.AgentRate, 0.2),
    };

    /// <summary>Every value with its path, in order.</summary>
    private static IEnumerable<string> Fields(JsonNode? node, string path = "") => node switch
    {
        JsonObject { Count: > 0 } fields => fields.OrderBy(field => field.Key, StringComparer.Ordinal).SelectMany(field => Fields(field.Value, $"{path}.{field.Key}")),
        JsonArray { Count: > 0 } items => items.SelectMany((item, i) => Fields(item, $"{path}[{i}]")),
        _ => [$"{path} = {node?.ToJsonString()}"],
    };
}
