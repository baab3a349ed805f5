using System.Text.Json.Nodes;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>What is refused in <c>setup.realtimeInputConfig</c>. Source: https://ai.google.dev/api/live#RealtimeInputConfig</summary>
internal static class VoiceActivityRules
{
    /// <summary>Everything wrong, in order; null for what is right.</summary>
    public static IEnumerable<string?> Check(JsonNode? input)
    {
        var detection = input.Field("automaticActivityDetection");
        yield return detection is not (null or JsonObject) ? "Invalid value at 'setup.realtime_input_config.automatic_activity_detection'." : null;
        yield return Enumeration(detection, "startOfSpeechSensitivity", "START_SENSITIVITY_UNSPECIFIED", "START_SENSITIVITY_HIGH", "START_SENSITIVITY_LOW");
        yield return Enumeration(detection, "endOfSpeechSensitivity", "END_SENSITIVITY_UNSPECIFIED", "END_SENSITIVITY_HIGH", "END_SENSITIVITY_LOW");
        yield return Milliseconds(detection, "prefixPaddingMs");
        yield return Milliseconds(detection, "silenceDurationMs");
        yield return detection.Field("disabled") is { } disabled && disabled.Flag() is null ? Wrong("disabled", disabled) : null;
        yield return Enumeration(input, "activityHandling", "ACTIVITY_HANDLING_UNSPECIFIED", "START_OF_ACTIVITY_INTERRUPTS", "NO_INTERRUPTION");
        yield return Enumeration(
            input, "turnCoverage",
            "TURN_COVERAGE_UNSPECIFIED", "TURN_INCLUDES_ONLY_ACTIVITY", "TURN_INCLUDES_ALL_INPUT", "TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO");
    }

    private static string? Enumeration(JsonNode? parent, string field, params string[] values) =>
        parent.Field(field) is { } value && !values.Contains(value.Text()) ? Wrong(field, value) : null;

    private static string? Milliseconds(JsonNode? parent, string field) =>
        parent.Field(field) is { } value && value.Whole() is not >= 0 ? Wrong(field, value) : null;

    private static string Wrong(string field, JsonNode value) =>
        $"Invalid value at 'setup.realtime_input_config.{field}', {value.ToJsonString()}";
}
