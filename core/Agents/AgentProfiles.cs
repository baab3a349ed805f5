namespace PhoneAgent.Core.Agents;

/// <summary>The agents that can answer: the files of a folder <c>agents</c>, read once, all their mistakes told at once.</summary>
public sealed class AgentProfiles
{
    /// <summary>The profile for numbers that are given no other; it must exist.</summary>
    public const string DefaultName = "default";

    private readonly Dictionary<string, ProfileFile> _files;

    private AgentProfiles(Dictionary<string, ProfileFile> files) => _files = files;

    /// <summary>All names, in order.</summary>
    public IReadOnlyList<string> Names => [.. _files.Keys.Order(StringComparer.Ordinal)];

    /// <summary>All profiles, in the order of their names.</summary>
    public IReadOnlyList<AgentProfile> All => [.. Names.Select(name => _files[name].Profile!)];

    /// <summary>The profile <c>default</c>.</summary>
    public AgentProfile Default => _files[DefaultName].Profile!;

    /// <summary>The profile of that name, or null.</summary>
    public AgentProfile? Find(string? name) => name is not null && _files.TryGetValue(name, out var file) ? file.Profile : null;

    /// <summary>A mistake found later, as one line like those of <see cref="AgentProfileException"/>: file, line, key, and what is wrong with it.</summary>
    /// <param name="name">The profile's name; it exists.</param>
    /// <param name="key">The key's path, like <c>tools.functions.take_message</c>.</param>
    /// <param name="problem">In words that follow the key.</param>
    public string Problem(string name, string key, string problem) => _files[name].At(key, problem);

    /// <summary>Reads the profiles of a folder.</summary>
    /// <param name="folder">Null for <c>agents</c> beside the application.</param>
    /// <exception cref="AgentProfileException">At least one file cannot be used, or there is no default.</exception>
    public static AgentProfiles Load(string? folder = null)
    {
        folder ??= Path.Combine(AppContext.BaseDirectory, "agents");
        var paths = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
        var files = new Dictionary<string, ProfileFile>(StringComparer.Ordinal);
        foreach (var path in paths.Where(path => Path.GetFileNameWithoutExtension(path) != ProfileFile.SchemaName))
        {
            files.Add(Path.GetFileNameWithoutExtension(path), ProfileFile.Read(path));
        }

        string[] problems = [.. files.Values.SelectMany(file => file.Problems), .. HandOffs(files)];
        return problems.Length > 0 ? throw new AgentProfileException(problems)
            : files.ContainsKey(DefaultName) ? new AgentProfiles(files)
            : throw new AgentProfileException([$"agents/{DefaultName}.json is missing in {folder}."]);
    }

    // An agent with mistakes of its own exists all the same.
    private static IEnumerable<string> HandOffs(Dictionary<string, ProfileFile> files) =>
        from file in files.Values
        from other in file.Profile?.HandOff.Keys ?? []
        where !files.ContainsKey(other)
        select file.At($"handOff.{other}", $"names no agent; {ProfileRules.There(files.Keys)}");
}

/// <summary>Agent profiles that cannot be used.</summary>
/// <param name="problems">One line for each mistake: file, line, key, and what is wrong.</param>
public sealed class AgentProfileException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>One line for each mistake, beginning with the file.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
