using System.Text.Json.Nodes;
using PhoneAgent.Simulator.Gemini;

namespace PhoneAgent.Tests.GeminiSimulation;

public sealed class SetupRulesTests
{
    private const string Everything = """
        {"model":"models/gemini-3.8-live",
         "generationConfig":{"responseModalities":["AUDIO"],"temperature":0.7,
           "speechConfig":{"voiceConfig":{"prebuiltVoiceConfig":{"voiceName":"Kore"}},"languageCode":"en-US"}},
         "systemInstruction":{"parts":[{"text":"Be brief."}]},
         "tools":[{"functionDeclarations":[{"name":"get_weather","description":"…","parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING"},"days":{"type":"array","items":{"type":"INTEGER"}}},"required":["city"]},"behavior":"NON_BLOCKING"}]},{"googleSearch":{}}],
         "sessionResumption":{},
         "contextWindowCompression":{"slidingWindow":{}},
         "inputAudioTranscription":{},"outputAudioTranscription":{},
         "proactivity":{"proactiveAudio":true},
         "realtimeInputConfig":{"automaticActivityDetection":{"disabled":false,"startOfSpeechSensitivity":"START_SENSITIVITY_HIGH","endOfSpeechSensitivity":"END_SENSITIVITY_LOW","prefixPaddingMs":150,"silenceDurationMs":400},
           "activityHandling":"START_OF_ACTIVITY_INTERRUPTS","turnCoverage":"TURN_INCLUDES_ONLY_ACTIVITY"},
         "historyConfig":{"initialHistoryInClientContent":true}}
        """;

    [Fact]
    public void A_setup_with_everything_in_it_is_fine_and_all_its_fields_are_known()
    {
        var setup = Parse(Everything);
        Assert.Null(SetupRules.Check(setup, "v1beta"));
        Assert.Empty(SetupFields.Unknown(setup));
        var read = LiveSetup.Read(setup);
        Assert.Equal((150, 400, true, true, true, true, true, true), (
            read.PrefixPaddingMs, read.SilenceMs, read.DetectsActivity, read.ActivityInterrupts, read.TranscribesCaller, read.TranscribesAgent, read.SendsHandles, read.FirstContentIsHistory));
    }

    [Fact]
    public void The_same_in_snake_case_means_the_same()
    {
        var setup = Parse("""
            {"model":"models/gemini-3.8-live","generation_config":{"response_modalities":["AUDIO"],"speech_config":{"voice_config":{"prebuilt_voice_config":{"voice_name":"Nobody"}}}},
             "realtime_input_config":{"automatic_activity_detection":{"silence_duration_ms":"700"}},"output_audio_transcription":{}}
            """);
        Assert.Contains("voice", SetupRules.Check(setup, "v1beta")!.Reason, StringComparison.OrdinalIgnoreCase);
        setup["generation_config"]!["speech_config"]!["voice_config"]!["prebuilt_voice_config"]!["voice_name"] = "Puck";
        Assert.Null(SetupRules.Check(setup, "v1beta"));
        Assert.Empty(SetupFields.Unknown(setup));
        Assert.Equal((700, true, false), (LiveSetup.Read(setup).SilenceMs, LiveSetup.Read(setup).TranscribesAgent, LiveSetup.Read(setup).SendsHandles));
    }

    [Theory]
    [InlineData("gemini-3.8-live-extended-thinking", """{"generationConfig":{"thinkingConfig":{"thinkingLevel":"low"}}}""")]
    [InlineData("gemini-3.1-flash-live-preview", """{"generationConfig":{"thinkingConfig":{"thinkingLevel":"MINIMAL"}}}""")]
    [InlineData("gemini-3.1-flash-live-preview", """{"tools":[{"functionDeclarations":[{"name":"f","behavior":"BLOCKING"}]}]}""")]
    [InlineData("gemini-2.5-flash-native-audio-preview-12-2025", """{"generationConfig":{"thinkingConfig":{"thinkingBudget":0},"enableAffectiveDialog":true},"proactivity":{"proactiveAudio":false}}""")]
    [InlineData("gemini-3.8-live", """{"generationConfig":null,"tools":null,"sessionResumption":{"handle":null},"temperature":1}""")]
    [InlineData("gemini-3.8-live", """{"somethingNew":{"deep":[1,2]},"generationConfig":{"newKnob":3}}""")]
    public void What_a_model_allows_is_let_pass(string model, string more) => Assert.Null(Check(model, more));

    [Theory]
    [InlineData("gemini-3.8-live", """{"generationConfig":{"responseModalities":["TEXT"]}}""", "modalities")]
    [InlineData("gemini-3.8-live", """{"generationConfig":{"responseModalities":["AUDIO","TEXT"]}}""", "modalities")]
    [InlineData("gemini-3.8-live", """{"generationConfig":{"responseModalities":["SOUND"]}}""", "SOUND")]
    [InlineData("gemini-3.8-live", """{"generationConfig":{"responseModalities":"AUDIO"}}""", "modalities")]
    [InlineData("gemini-3.8-live", """{"generationConfig":{"temperature":2.5}}""", "temperature")]
    [InlineData("gemini-3.8-live", """{"generationConfig":[]}""", "generationConfig")]
    [InlineData("gemini-3.8-live", """{"generationConfig":{"speechConfig":{"voiceConfig":{"prebuiltVoiceConfig":{"voiceName":"kore"}}}}}""", "'kore' is not available")]
    [InlineData("gemini-3.8-live", """{"generationConfig":{"thinkingConfig":{}}}""", "thinking")]
    [InlineData("gemini-3.8-live", """{"generationConfig":{"thinkingConfig":{"thinkingLevel":"LOW"}}}""", "thinking")]
    [InlineData("gemini-3.8-live-extended-thinking", """{"generationConfig":{"thinkingConfig":{"thinkingLevel":"minimal"}}}""", "thinking_level")]
    [InlineData("gemini-3.1-flash-live-preview", """{"generationConfig":{"thinkingConfig":{"thinkingBudget":5}}}""", "thinking")]
    [InlineData("gemini-3.8-live", """{"generationConfig":{"enableAffectiveDialog":true}}""", "affective")]
    [InlineData("gemini-3.8-live", """{"proactivity":{"proactiveAudio":false}}""", "proactive_audio")]
    [InlineData("gemini-3.1-flash-live-preview", """{"proactivity":{"proactiveAudio":true}}""", "proactive_audio")]
    [InlineData("gemini-3.8-live", """{"systemInstruction":"Be brief."}""", "systemInstruction")]
    [InlineData("gemini-3.8-live", """{"systemInstruction":{"parts":[]}}""", "system_instruction")]
    [InlineData("gemini-3.8-live", """{"realtimeInputConfig":{"activityHandling":"INTERRUPTS"}}""", "activityHandling")]
    [InlineData("gemini-3.8-live", """{"realtimeInputConfig":{"turnCoverage":"ALL"}}""", "turnCoverage")]
    [InlineData("gemini-3.8-live", """{"realtimeInputConfig":{"automaticActivityDetection":{"startOfSpeechSensitivity":"HIGH"}}}""", "startOfSpeechSensitivity")]
    [InlineData("gemini-3.8-live", """{"realtimeInputConfig":{"automaticActivityDetection":{"endOfSpeechSensitivity":2}}}""", "endOfSpeechSensitivity")]
    [InlineData("gemini-3.8-live", """{"realtimeInputConfig":{"automaticActivityDetection":{"silenceDurationMs":-1}}}""", "silenceDurationMs")]
    [InlineData("gemini-3.8-live", """{"realtimeInputConfig":{"automaticActivityDetection":{"prefixPaddingMs":1.5}}}""", "prefixPaddingMs")]
    [InlineData("gemini-3.8-live", """{"tools":{}}""", "tools")]
    [InlineData("gemini-3.8-live", """{"tools":[{"functionDeclarations":[{"name":"get weather"}]}]}""", "'get weather'")]
    [InlineData("gemini-3.8-live", """{"tools":[{"functionDeclarations":[{"name":"f"},{"name":"f"}]}]}""", "Duplicate")]
    [InlineData("gemini-3.8-live", """{"tools":[{"functionDeclarations":[{"name":"f","behavior":"ASYNC"}]}]}""", "ASYNC")]
    [InlineData("gemini-3.8-live", """{"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","properties":{"x":{"type":"TEXT"}}}}]}]}""", "TEXT")]
    [InlineData("gemini-3.8-live-extended-thinking", """{"tools":[{"functionDeclarations":[{"name":"f","behavior":"BLOCKING"}]}]}""", "NON_BLOCKING")]
    [InlineData("gemini-3.1-flash-live-preview", """{"tools":[{"functionDeclarations":[{"name":"f","behavior":"NON_BLOCKING"}]}]}""", "NON_BLOCKING")]
    [InlineData("gemini-3.8-live", """{"sessionResumption":{"handle":5}}""", "handle")]
    [InlineData("gemini-3.8-live", """{"historyConfig":{"initialHistoryInClientContent":"yes"}}""", "history")]
    public void What_a_model_does_not_allow_is_an_invalid_argument_that_is_named(string model, string more, string named)
    {
        var refusal = Check(model, more)!;
        Assert.Equal(1007, refusal.Code);
        Assert.Contains(named, refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_does_not_exist_is_named_in_a_1008()
    {
        var refusal = Check("gemini-9-live", "{}")!;
        Assert.Equal(1008, refusal.Code);
        Assert.StartsWith("models/gemini-9-live is not found for API version v1beta", refusal.Reason, StringComparison.Ordinal);
        Assert.True(System.Text.Encoding.UTF8.GetByteCount(refusal.WireReason()) <= 123);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"model":"gemini-3.8-live"}""")]
    [InlineData("""{"model":7}""")]
    public void A_model_without_its_prefix_is_an_invalid_argument(string setup) =>
        Assert.Equal(1007, SetupRules.Check(Parse(setup), "v1beta")!.Code);

    [Fact]
    public void Fields_that_do_not_exist_are_listed()
    {
        var setup = Parse("""{"model":"m","generationConfig":{"temprature":1},"realtime_input_config":{"turn_coverage":"X","turns":1},"tool":[]}""");
        Assert.Equal(["generationConfig.temprature", "realtimeInputConfig.turns", "tool"], SetupFields.Unknown(setup));
    }

    private static GeminiClose? Check(string model, string more)
    {
        var setup = Parse(more);
        setup["model"] = $"models/{model}";
        return SetupRules.Check(setup, "v1beta");
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
