namespace PhoneAgent.Core.Agents;

/// <summary>
/// What a Gemini Live model takes. A model that is not listed is treated like the newest: the fields that were taken away
/// are not sent to it. Source: https://ai.google.dev/gemini-api/docs/live-api/capabilities
/// </summary>
/// <param name="Name">Without <c>models/</c>.</param>
public sealed record LiveModel(string Name)
{
    private static readonly LiveModel[] Known =
    [
        new("gemini-3.8-live"),
        new("gemini-3.8-live-extended-thinking") { BlockingTools = false, ThinkingLevels = [ThinkingLevel.Low, ThinkingLevel.Medium, ThinkingLevel.High] },
        new("gemini-3.1-flash-live-preview")
        {
            NonBlockingTools = false, ThinkingLevels = [ThinkingLevel.Minimal, ThinkingLevel.Low, ThinkingLevel.Medium, ThinkingLevel.High],
        },
        new("gemini-2.5-flash-native-audio-preview-12-2025") { ThinkingBudget = true, BlockingByDefault = true },
        new("gemini-live-2.5-flash-native-audio") { ThinkingBudget = true, BlockingByDefault = true },
    ];

    /// <summary>Levels of thinking it takes; none when it takes no such field.</summary>
    public IReadOnlyList<ThinkingLevel> ThinkingLevels { get; init; } = [];

    /// <summary>Whether it takes a budget of thinking.</summary>
    public bool ThinkingBudget { get; init; }

    /// <summary>Whether a function may be declared to make it wait.</summary>
    public bool BlockingTools { get; init; } = true;

    /// <summary>Whether it can go on talking while a function runs; only then a result has a scheduling.</summary>
    public bool NonBlockingTools { get; init; } = true;

    /// <summary>Whether it waits for a function that is declared neither way.</summary>
    public bool BlockingByDefault { get; init; }

    /// <summary>The model of a name; of an unknown name one that takes what the newest takes.</summary>
    public static LiveModel Of(string name) => Array.Find(Known, model => model.Name == name) ?? new LiveModel(name);

    /// <summary>What it does not take of what a profile asks, by key.</summary>
    public IEnumerable<(string Key, string Problem)> Problems(AgentProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (profile.Model.ThinkingLevel is { } level && !ThinkingLevels.Contains(level))
        {
            yield return ("model.thinkingLevel", ThinkingLevels.Count == 0
                ? $"is not taken by {Name}"
                : $"must be one of {string.Join(", ", ThinkingLevels.Select(one => one.ToString().ToLowerInvariant()))} for {Name}");
        }

        if (profile.Model.ThinkingBudget is not null && !ThinkingBudget)
        {
            yield return ("model.thinkingBudget", $"is not taken by {Name}");
        }

        foreach (var (key, rules) in profile.Tools.All)
        {
            if (rules.Blocking == true && !BlockingTools)
            {
                yield return ($"{key}.blocking", $"must not be true: {Name} takes functions only that it need not wait for");
            }

            if (rules.Blocking == false && !NonBlockingTools)
            {
                yield return ($"{key}.blocking", $"must not be false: {Name} waits for every function");
            }

            if (rules.Scheduling is not null && !RunsBeside(rules))
            {
                yield return ($"{key}.scheduling", $"has no meaning where the model waits for the result; {(NonBlockingTools ? "set blocking to false" : $"{Name} always does")}");
            }
        }
    }

    /// <summary>Whether the model goes on talking while a function with these rules runs.</summary>
    public bool RunsBeside(ToolRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return NonBlockingTools && !(rules.Blocking ?? BlockingByDefault);
    }
}
