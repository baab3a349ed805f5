using PhoneAgent.Simulator.Scripts;
using PhoneAgent.Simulator.Sound;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>What the simulated Gemini Live says, and how fast.</summary>
public sealed record SimulatedGeminiOptions
{
    private static readonly Lazy<SpeechClips> Clips = new(() => new SpeechClips());

    /// <summary>The one key it accepts.</summary>
    public required string ApiKey { get; init; }

    /// <summary>The conversation; each session begins at its start unless it resumes another.</summary>
    public ConversationScript Script { get; init; } = ConversationScript.Demo;

    /// <summary>A text as the agent's sound, 24 kHz; asked once for every line before the first session.</summary>
    public Func<string, short[]> AgentVoice { get; init; } = text => Clips.Value.Say(text, Speaker.Agent, GeminiWire.AgentRate);

    /// <summary>From the end of the caller's speech, once certain, to the first sound of the answer.</summary>
    public TimeSpan ThinkTime { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>How many times faster than it plays a line is sent; 1 and below is as slow as the real one sometimes is.</summary>
    public double BurstFactor { get; init; } = 4;

    /// <summary>From this level of 10 ms on the caller is heard, RMS against full scale.</summary>
    public double SpeechThresholdDbfs { get; init; } = -50;

    /// <summary>Whether sessions keep the caller's sound (115 MB an hour); a load test counts only.</summary>
    public bool KeepsSound { get; init; } = true;

    /// <summary>Whether it knows <c>sessionResumption.transparent</c>, as Vertex AI does and the Gemini API does not.</summary>
    public bool TellsConsumed { get; init; }

    /// <summary>What happens to the call; meant for one call at a time.</summary>
    public IReadOnlyList<GeminiFault> Faults { get; init; } = [];

    /// <summary>Told of each of them when it happens.</summary>
    public Action<GeminiFault>? FaultHappened { get; init; }

    /// <summary>Makes a resumption handle; null for random ones.</summary>
    public Func<string>? NewHandle { get; init; }

    /// <summary>What the caller said from one sample of a session to another, by its sound; null takes what the script expects.</summary>
    public Func<GeminiSession, long, long, string?>? Transcriber { get; init; }

    /// <summary>Told what happens, while it happens, by the session's own task: it must be quick.</summary>
    public Action<GeminiSession, GeminiEvent>? Observer { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
