using System.Text.Json.Serialization;

namespace PhoneAgent.Core.Agents;

/// <summary>Who answers the phone: what the owner edits first. One JSON file of <c>agents/</c> each, named after it.</summary>
public sealed record AgentProfile
{
    /// <summary>The profile's name: the file's name without <c>.json</c>.</summary>
    [JsonIgnore]
    public string Name { get; init; } = "";

    /// <summary>Gemini's system instruction.</summary>
    public required string Instructions { get; init; }

    /// <summary>One of Gemini's prebuilt voices, for example <c>Kore</c>.</summary>
    public string Voice { get; init; } = "Kore";

    /// <summary>BCP-47 language code, for example <c>en-US</c>; null lets the model follow the caller.</summary>
    public string? Language { get; init; }

    /// <summary>What the model is told, as text, once the caller is on the line, so that the agent speaks first; null to wait for the caller.</summary>
    public string? Greeting { get; init; } = "A caller is on the line. Greet them in one short sentence and ask how you can help.";

    /// <summary>
    /// Seconds of silence, 5–600, after which the agent asks whether the caller is still there; after as many again it says
    /// goodbye and the call ends. 0 never asks.
    /// </summary>
    public int IdleSeconds { get; init; } = 20;

    /// <summary><see cref="IdleSeconds"/> as a time; null for never.</summary>
    [JsonIgnore]
    public TimeSpan? IdleLimit => IdleSeconds > 0 ? TimeSpan.FromSeconds(IdleSeconds) : null;

    /// <summary>When Gemini takes the caller's speech as begun and ended.</summary>
    public VoiceActivity VoiceActivity { get; init; } = new();
}

/// <summary>Gemini's automatic activity detection. Source: https://ai.google.dev/api/live#AutomaticActivityDetection</summary>
public sealed record VoiceActivity
{
    /// <summary>Whether a short sound already counts as speech (<c>high</c>) or not (<c>low</c>).</summary>
    public Sensitivity StartSensitivity { get; init; } = Sensitivity.High;

    /// <summary>Whether a short silence already ends speech (<c>high</c>) or not (<c>low</c>).</summary>
    public Sensitivity EndSensitivity { get; init; } = Sensitivity.High;

    /// <summary>Milliseconds of speech before it counts as begun, 0–1000.</summary>
    public int PrefixPaddingMs { get; init; } = 100;

    /// <summary>Milliseconds of silence before it counts as ended, 100–5000.</summary>
    public int SilenceDurationMs { get; init; } = 500;
}

/// <summary>How readily a sound or a silence counts.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Sensitivity>))]
public enum Sensitivity
{
    /// <summary>Readily.</summary>
    High,

    /// <summary>Reluctantly.</summary>
    Low,
}
