using System.Collections.ObjectModel;
using System.Text.Json.Serialization;

namespace PhoneAgent.Core.Agents;

/// <summary>
/// Who answers the phone: what the owner edits first. One JSON file of <c>agents/</c> each, named after it. What each key
/// may be stands in <c>agents/agent.schema.json</c>; the properties here are its keys.
/// </summary>
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

    /// <summary>Who speaks first on an incoming call.</summary>
    public FirstSpeaker SpeaksFirst { get; init; }

    /// <summary>What the model is told, as text, once the caller is on the line, so that the agent speaks first; null to wait for the caller.</summary>
    public string? Greeting { get; init; } = "A caller is on the line. Greet them in one short sentence and ask how you can help.";

    /// <summary>The greeting word for word, instead of <see cref="Greeting"/>.</summary>
    public string? GreetingText { get; init; }

    /// <summary>What Twilio says before the stream is connected, so that it cannot be interrupted; null for nothing.</summary>
    public string? Disclosure { get; init; }

    /// <summary>
    /// Seconds of silence, 5–600, after which the agent asks whether the caller is still there; after as many again it says
    /// goodbye and the call ends. 0 never asks.
    /// </summary>
    public int IdleSeconds { get; init; } = 20;

    /// <summary>When Gemini takes the caller's speech as begun and ended.</summary>
    public VoiceActivity VoiceActivity { get; init; } = new();

    /// <summary>When the agent may end the call.</summary>
    public EndCallRules EndCall { get; init; } = new();

    /// <summary>People a call can be handed to, by the names the model knows.</summary>
    public IReadOnlyDictionary<string, TransferTarget> TransferTargets { get; init; } = ReadOnlyDictionary<string, TransferTarget>.Empty;

    /// <summary>Other agents that may take over the call, by name.</summary>
    public IReadOnlyDictionary<string, HandOffRules> HandOff { get; init; } = ReadOnlyDictionary<string, HandOffRules>.Empty;

    /// <summary>What the caller's keys do.</summary>
    public KeypadRules Keypad { get; init; } = new();

    /// <summary>Whether the call is recorded.</summary>
    public RecordingRules Recording { get; init; } = new();

    /// <summary>What the model does otherwise than the configuration says.</summary>
    public ModelRules Model { get; init; } = new();

    /// <summary>What the agent can do beyond talking.</summary>
    public AgentTools Tools { get; init; } = new();

    /// <summary><see cref="IdleSeconds"/> as a time; null for never.</summary>
    [JsonIgnore]
    public TimeSpan? IdleLimit => IdleSeconds > 0 ? TimeSpan.FromSeconds(IdleSeconds) : null;

    /// <summary>What the model is told at the beginning of an incoming call; null when the caller speaks first.</summary>
    [JsonIgnore]
    public string? OpeningPrompt => SpeaksFirst == FirstSpeaker.Caller ? null
        : GreetingText is null ? Greeting
        : $"A caller is on the line. Greet them with exactly these words and no others, then wait: \"{GreetingText}\"";
}

/// <summary>Who speaks first.</summary>
public enum FirstSpeaker
{
    /// <summary>The agent greets.</summary>
    Agent,

    /// <summary>The agent waits for the caller.</summary>
    Caller,
}
