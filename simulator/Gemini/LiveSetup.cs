using System.Text.Json.Nodes;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>The part of a setup that steers the simulated conversation.</summary>
internal sealed record LiveSetup
{
    // Defaults of the real one are not documented; these are the simulator's.
    private const int DefaultPrefixPaddingMs = 100;
    private const int DefaultSilenceMs = 500;

    public required LiveModel Model { get; init; }

    /// <summary>So much speech of the caller counts as speech.</summary>
    public int PrefixPaddingMs { get; init; } = DefaultPrefixPaddingMs;

    /// <summary>So much silence ends the caller's speech.</summary>
    public int SilenceMs { get; init; } = DefaultSilenceMs;

    /// <summary>Whether the model finds out itself when the caller speaks; otherwise the client says so.</summary>
    public bool DetectsActivity { get; init; } = true;

    public bool ActivityInterrupts { get; init; } = true;

    public bool TranscribesCaller { get; init; }

    public bool TranscribesAgent { get; init; }

    public bool SendsHandles { get; init; }

    public string? Handle { get; init; }

    /// <summary>Whether the client asked to be told with each handle how much was consumed.</summary>
    public bool AsksConsumed { get; init; }

    /// <summary>Whether the first <c>clientContent</c> tells the history and starts nothing.</summary>
    public bool FirstContentIsHistory { get; init; }

    /// <summary>Reads a setup that <see cref="SetupRules"/> let pass.</summary>
    public static LiveSetup Read(JsonObject setup)
    {
        var input = setup.Field("realtimeInputConfig");
        var detection = input.Field("automaticActivityDetection");
        return new LiveSetup
        {
            Model = LiveModel.Find(setup.Field("model").Text()!["models/".Length..])!,
            PrefixPaddingMs = detection.Field("prefixPaddingMs").Whole() ?? DefaultPrefixPaddingMs,
            SilenceMs = detection.Field("silenceDurationMs").Whole() ?? DefaultSilenceMs,
            DetectsActivity = detection.Field("disabled").Flag() is not true,
            ActivityInterrupts = input.Field("activityHandling").Text() != "NO_INTERRUPTION",
            TranscribesCaller = setup.Field("inputAudioTranscription") is not null,
            TranscribesAgent = setup.Field("outputAudioTranscription") is not null,
            SendsHandles = setup.Field("sessionResumption") is not null,
            Handle = setup.Field("sessionResumption").Field("handle").Text(),
            AsksConsumed = setup.Field("sessionResumption").Field("transparent").Flag() is true,
            FirstContentIsHistory = setup.Field("historyConfig").Field("initialHistoryInClientContent").Flag() is true,
        };
    }
}
