using System.Text.Json.Nodes;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>
/// What the real one refuses in a setup. Source: https://ai.google.dev/api/live#BidiGenerateContentSetup. Fields it does
/// not know are let pass here and listed by <see cref="SetupFields"/>.
/// </summary>
internal static class SetupRules
{
    private const string ModelPrefix = "models/";

    /// <summary>Why the setup is refused; null when it is fine.</summary>
    public static GeminiClose? Check(JsonObject setup, string apiVersion)
    {
        var name = setup.Field("model").Text();
        if (name is null || !name.StartsWith(ModelPrefix, StringComparison.Ordinal))
        {
            return GeminiClose.InvalidArgument("* BidiGenerateContentRequest.setup.model: unexpected model name format, expected models/{model}");
        }

        return LiveModel.Find(name[ModelPrefix.Length..]) is not { } model
            ? GeminiClose.ModelNotFound(name, apiVersion)
            : Rules(setup, model).OfType<string>().Select(GeminiClose.InvalidArgument).FirstOrDefault();
    }

    private static IEnumerable<string?> Rules(JsonObject setup, LiveModel model)
    {
        var generation = setup.Field("generationConfig");
        yield return NotAnObject(setup, "generationConfig", "systemInstruction", "realtimeInputConfig", "sessionResumption",
            "contextWindowCompression", "inputAudioTranscription", "outputAudioTranscription", "historyConfig", "proactivity");
        yield return Modalities(generation.Field("responseModalities"));
        yield return Temperature(generation.Field("temperature"));
        yield return Voice(generation.Field("speechConfig"), model);
        yield return Thinking(generation.Field("thinkingConfig"), model);
        yield return Instruction(setup.Field("systemInstruction"));
        yield return Proactivity(setup.Field("proactivity").Field("proactiveAudio"), model);
        yield return generation.Field("enableAffectiveDialog") is not null && !model.AffectiveDialog
            ? $"enable_affective_dialog is not supported by {model.Name}." : null;
        foreach (var wrong in VoiceActivityRules.Check(setup.Field("realtimeInputConfig")))
        {
            yield return wrong;
        }

        foreach (var wrong in ToolRules.Check(setup.Field("tools"), model))
        {
            yield return wrong;
        }

        yield return setup.Field("sessionResumption").Field("handle") is { } handle && handle.Text() is null
            ? "Invalid value at 'setup.session_resumption.handle'." : null;
        yield return setup.Field("historyConfig").Field("initialHistoryInClientContent") is { } seeds && seeds.Flag() is null
            ? "Invalid value at 'setup.history_config.initial_history_in_client_content'." : null;
    }

    private static string? NotAnObject(JsonObject setup, params string[] names) =>
        names.FirstOrDefault(name => setup.Field(name) is not (null or JsonObject)) is { } wrong
            ? $"Invalid value at 'setup.{wrong}': expected an object." : null;

    private static string? Modalities(JsonNode? modalities) => modalities switch
    {
        null => null, // these models answer in sound only
        JsonArray list when list.Any(m => m.Text() is not ("TEXT" or "AUDIO" or "IMAGE")) =>
            $"Invalid value at 'setup.generation_config.response_modalities' (TYPE_ENUM), {list.ToJsonString()}",
        JsonArray { Count: 1 } list when list[0].Text() == "AUDIO" => null,
        _ => "The requested combination of response modalities is not supported by the model. Use AUDIO.",
    };

    private static string? Temperature(JsonNode? temperature) =>
        temperature is null || (temperature is JsonValue value && value.TryGetValue<double>(out var degrees) && degrees is >= 0 and <= 2)
            ? null : "Invalid value at 'setup.generation_config.temperature': it must be in the range [0.0, 2.0].";

    private static string? Voice(JsonNode? speech, LiveModel model)
    {
        if (speech.Field("languageCode") is { } language && language.Text() is null)
        {
            return "Invalid value at 'setup.generation_config.speech_config.language_code'.";
        }

        var voice = speech.Field("voiceConfig").Field("prebuiltVoiceConfig").Field("voiceName");
        return voice is null || (voice.Text() is { } name && GeminiWire.Voices.Contains(name))
            ? null : $"Requested voice api_name '{voice}' is not available for model {model.Name}";
    }

    private static string? Thinking(JsonNode? thinking, LiveModel model)
    {
        if (thinking is null)
        {
            return null;
        }

        var level = thinking.Field("thinkingLevel");
        if (level is not null && !model.ThinkingLevels.Contains(level.Text()?.ToUpperInvariant() ?? ""))
        {
            return $"thinking_level {level} is not supported by {model.Name}.";
        }

        var takes = model.ThinkingLevels.Count > 0 || model.ThinkingBudget;
        return !takes || (thinking.Field("thinkingBudget") is not null && !model.ThinkingBudget)
            ? $"thinking_config is not supported by {model.Name}." : null;
    }

    private static string? Instruction(JsonNode? instruction) =>
        instruction is null || instruction.Field("parts") is JsonArray { Count: > 0 }
            ? null : "Invalid value at 'setup.system_instruction': parts are required.";

    private static string? Proactivity(JsonNode? proactive, LiveModel model) => proactive?.Flag() switch
    {
        null => proactive is null ? null : "Invalid value at 'setup.proactivity.proactive_audio'.",
        true => model.ProactiveAudioCanBeOn ? null : $"proactive_audio is not supported by {model.Name}.",
        false => model.ProactiveAudioCanBeOff ? null : $"proactive_audio cannot be switched off on {model.Name}.",
    };
}
