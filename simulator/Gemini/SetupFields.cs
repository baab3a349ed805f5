using System.Text.Json.Nodes;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>
/// The fields of a setup by name, to list those that do not exist. The real one refuses most of them ("Unknown name"); the
/// simulator lets them pass so that newer clients can be tried, and a test can assert that its client sent none.
/// Source: https://ai.google.dev/api/live#BidiGenerateContentSetup
/// </summary>
internal static class SetupFields
{
    private static readonly Dictionary<string, string[]> Known = new()
    {
        [""] =
        [
            "model", "generationConfig", "systemInstruction", "tools", "realtimeInputConfig", "sessionResumption", "contextWindowCompression",
            "inputAudioTranscription", "outputAudioTranscription", "proactivity", "historyConfig",
        ],
        ["generationConfig"] =
        [
            "responseModalities", "speechConfig", "temperature", "topP", "topK", "maxOutputTokens", "candidateCount", "seed", "presencePenalty",
            "frequencyPenalty", "mediaResolution", "thinkingConfig", "enableAffectiveDialog",
        ],
        ["generationConfig.speechConfig"] = ["voiceConfig", "languageCode"],
        ["generationConfig.speechConfig.voiceConfig"] = ["prebuiltVoiceConfig"],
        ["generationConfig.speechConfig.voiceConfig.prebuiltVoiceConfig"] = ["voiceName"],
        ["generationConfig.thinkingConfig"] = ["thinkingLevel", "thinkingBudget", "includeThoughts"],
        ["systemInstruction"] = ["role", "parts"],
        ["realtimeInputConfig"] = ["automaticActivityDetection", "activityHandling", "turnCoverage"],
        ["realtimeInputConfig.automaticActivityDetection"] =
            ["disabled", "startOfSpeechSensitivity", "endOfSpeechSensitivity", "prefixPaddingMs", "silenceDurationMs"],
        ["sessionResumption"] = ["handle"],
        ["contextWindowCompression"] = ["slidingWindow", "triggerTokens"],
        ["contextWindowCompression.slidingWindow"] = ["targetTokens"],
        ["proactivity"] = ["proactiveAudio"],
        ["historyConfig"] = ["initialHistoryInClientContent"],
    };

    /// <summary>Paths of the fields that do not exist, in the order they stand.</summary>
    public static IEnumerable<string> Unknown(JsonObject setup, string path = "")
    {
        foreach (var (key, value) in setup)
        {
            var name = WireJson.CamelCase(key);
            var at = path.Length == 0 ? name : $"{path}.{name}";
            if (!Known[path].Contains(name))
            {
                yield return at;
            }
            else if (value is JsonObject nested && Known.ContainsKey(at))
            {
                foreach (var unknown in Unknown(nested, at))
                {
                    yield return unknown;
                }
            }
        }
    }
}
