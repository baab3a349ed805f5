using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace PhoneAgent.Core.Agents;

/// <summary>The agents that can answer: the files of a folder <c>agents</c>, read once, all their mistakes told at once.</summary>
public sealed partial class AgentProfiles
{
    /// <summary>The profile for numbers that are given no other; it must exist.</summary>
    public const string DefaultName = "default";

    // Comments are welcome; an unknown key is a mistake and not a wish unheard. Not source-generated: the generator
    // passes every init-only property to a constructor, so what a file leaves out would lose its default.
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private readonly Dictionary<string, AgentProfile> _profiles;

    private AgentProfiles(Dictionary<string, AgentProfile> profiles) => _profiles = profiles;

    /// <summary>All names, in order.</summary>
    public IReadOnlyList<string> Names => [.. _profiles.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The profile <c>default</c>.</summary>
    public AgentProfile Default => _profiles[DefaultName];

    /// <summary>The profile of that name, or null.</summary>
    public AgentProfile? Find(string? name) => name is not null && _profiles.TryGetValue(name, out var profile) ? profile : null;

    /// <summary>Reads the profiles of a folder.</summary>
    /// <param name="folder">Null for <c>agents</c> beside the application.</param>
    /// <exception cref="AgentProfileException">At least one file cannot be used, or there is no default.</exception>
    public static AgentProfiles Load(string? folder = null)
    {
        folder ??= Path.Combine(AppContext.BaseDirectory, "agents");
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
        var profiles = new Dictionary<string, AgentProfile>(StringComparer.Ordinal);
        var problems = new List<string>();
        foreach (var file in files)
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var found = Read(file, name, out var profile);
            problems.AddRange(found.Select(problem => $"agents/{name}.json: {problem}"));
            if (profile is not null)
            {
                profiles[name] = profile;
            }
        }

        if (problems.Count == 0 && !profiles.ContainsKey(DefaultName))
        {
            problems.Add($"agents/{DefaultName}.json is missing in {folder}.");
        }

        return problems.Count == 0 ? new AgentProfiles(profiles) : throw new AgentProfileException(problems);
    }

    private static IReadOnlyList<string> Read(string file, string name, out AgentProfile? profile)
    {
        profile = null;
        try
        {
            profile = JsonSerializer.Deserialize<AgentProfile>(File.ReadAllBytes(file), Json);
            if (profile is null)
            {
                return ["It must be a JSON object with at least \"instructions\"."];
            }

            profile = profile with { Name = name };
            return [.. Problems(profile)];
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException or UnauthorizedAccessException)
        {
            return [unreadable.Message];
        }
    }

    private static IEnumerable<string> Problems(AgentProfile profile)
    {
        if (!NamePattern().IsMatch(profile.Name))
        {
            yield return "The file's name must be of a-z, 0-9, - and _, at most 64 of them.";
        }

        if (string.IsNullOrWhiteSpace(profile.Instructions))
        {
            yield return "instructions is empty. Say who the agent is and what it does.";
        }

        if (string.IsNullOrWhiteSpace(profile.Voice))
        {
            yield return "voice is empty. Name one of Gemini's voices, for example Kore.";
        }

        if (profile.Language is { } language && !LanguagePattern().IsMatch(language))
        {
            yield return "language is not a language code like en-US. Remove it to follow the caller.";
        }

        if (profile.IdleSeconds is not 0 and (< 5 or > 600))
        {
            yield return "idleSeconds is neither 0 nor from 5 to 600.";
        }

        if (profile.VoiceActivity.PrefixPaddingMs is < 0 or > 1000)
        {
            yield return "voiceActivity.prefixPaddingMs is not from 0 to 1000.";
        }

        if (profile.VoiceActivity.SilenceDurationMs is < 100 or > 5000)
        {
            yield return "voiceActivity.silenceDurationMs is not from 100 to 5000.";
        }
    }

    // The name stands in a <Parameter> of the TwiML and in configuration keys.
    [GeneratedRegex("^[a-z0-9_-]{1,64}\\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex("^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\\z")]
    private static partial Regex LanguagePattern();
}

/// <summary>Agent profiles that cannot be used.</summary>
/// <param name="problems">One line for each mistake, beginning with the file.</param>
public sealed class AgentProfileException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>One line for each mistake, beginning with the file.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
