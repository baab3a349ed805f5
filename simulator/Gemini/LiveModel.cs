namespace PhoneAgent.Simulator.Gemini;

/// <summary>What a Live model lets a client set. Source: https://ai.google.dev/gemini-api/docs/models and …/docs/live-guide</summary>
/// <param name="Name">Without <c>models/</c>.</param>
internal sealed record LiveModel(string Name)
{
    private static readonly LiveModel[] All =
    [
        new("gemini-3.8-live") { ProactiveAudioCanBeOn = true },
        new("gemini-3.8-live-extended-thinking")
        {
            ProactiveAudioCanBeOn = true, BlockingTools = false, ThinkingLevels = ["LOW", "MEDIUM", "HIGH"],
        },
        new("gemini-3.1-flash-live-preview")
        {
            NonBlockingTools = false, ContentOnlySeeds = true, ThinkingLevels = ["MINIMAL", "LOW", "MEDIUM", "HIGH"],
        },
        new("gemini-2.5-flash-native-audio-preview-12-2025")
        {
            ProactiveAudioCanBeOn = true, ProactiveAudioCanBeOff = true, AffectiveDialog = true, ThinkingBudget = true,
        },
    ];

    /// <summary>Levels that <c>thinkingConfig.thinkingLevel</c> may have; empty forbids the field.</summary>
    public IReadOnlyList<string> ThinkingLevels { get; init; } = [];

    /// <summary>Whether <c>thinkingConfig.thinkingBudget</c> is taken.</summary>
    public bool ThinkingBudget { get; init; }

    /// <summary>Whether a function may be declared BLOCKING.</summary>
    public bool BlockingTools { get; init; } = true;

    /// <summary>Whether a function may be declared NON_BLOCKING.</summary>
    public bool NonBlockingTools { get; init; } = true;

    /// <summary>Whether <c>proactiveAudio: true</c> is taken.</summary>
    public bool ProactiveAudioCanBeOn { get; init; }

    /// <summary>Whether <c>proactiveAudio: false</c> is taken.</summary>
    public bool ProactiveAudioCanBeOff { get; init; }

    /// <summary>Whether <c>enableAffectiveDialog</c> is taken.</summary>
    public bool AffectiveDialog { get; init; }

    /// <summary>Whether <c>clientContent</c> may only tell the history, before anything else.</summary>
    public bool ContentOnlySeeds { get; init; }

    /// <summary>A model by its name without <c>models/</c>; null when there is none.</summary>
    public static LiveModel? Find(string name) => Array.Find(All, model => model.Name == name);
}
