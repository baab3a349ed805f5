using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using PhoneAgent.Core.Json;

namespace PhoneAgent.Core.Agents;

/// <summary>One file of <c>agents/</c>: read, checked against the schema and against itself, each mistake with line and key.</summary>
internal sealed partial class ProfileFile
{
    /// <summary>The schema's own file, which stands among the profiles for editors.</summary>
    public const string SchemaName = "agent.schema";

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    // Not source-generated: the generator passes every init-only property to a constructor, so what a file leaves out
    // would lose its default.
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private static readonly Lazy<SchemaCheck> Schema = new(ReadSchema);

    private readonly string _file;
    private readonly List<string> _problems = [];
    private JsonLines? _lines;

    private ProfileFile(string file) => _file = file;

    /// <summary>The profile; null when it could not be read.</summary>
    public AgentProfile? Profile { get; private set; }

    /// <summary>One line for each mistake: file, line, key, and what to do.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    public static ProfileFile Read(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var file = new ProfileFile($"agents/{name}.json");
        if (!NamePattern().IsMatch(name))
        {
            file._problems.Add($"{file._file}: The file's name must be of a-z, 0-9, - and _, at most 64 of them.");
        }

        try
        {
            file.Read(File.ReadAllBytes(path), name);
        }
        catch (JsonException broken)
        {
            file._problems.Add($"{file._file}:{(broken.LineNumber ?? 0) + 1}: It is no JSON: {broken.Message}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            file._problems.Add($"{file._file}: {unreadable.Message}");
        }

        return file;
    }

    /// <summary>A mistake as one line: file, line, key, and what is wrong with it.</summary>
    /// <param name="key">The key's path.</param>
    /// <param name="problem">In words that follow the key.</param>
    public string At(string key, string problem) => $"{_file}:{_lines?.Of(key) ?? 1}: {new SchemaProblem(key, problem)}";

    private static SchemaCheck ReadSchema()
    {
        using var stream = typeof(ProfileFile).Assembly.GetManifestResourceStream($"{SchemaName}.json")!;
        using var document = JsonDocument.Parse(stream);
        return new SchemaCheck(document.RootElement.Clone());
    }

    private void Read(ReadOnlyMemory<byte> utf8, string name)
    {
        utf8 = utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
        using var document = JsonDocument.Parse(utf8, Lenient);
        _lines = JsonLines.Read(utf8.Span);
        _problems.AddRange(_lines.Repeated.Select(key => At(key, "stands here a second time")));
        _problems.AddRange(Schema.Value.Problems(document.RootElement).Select(problem => At(problem.Path, problem.Message)));
        if (_problems.Count > 0)
        {
            return;
        }

        Profile = document.RootElement.Deserialize<AgentProfile>(Json)! with { Name = name };
        _problems.AddRange(ProfileRules.Problems(Profile).Select(problem => At(problem.Key, problem.Problem)));
    }

    // The name stands in a <Parameter> of the TwiML and in configuration keys.
    [GeneratedRegex("^[a-z0-9_-]{1,64}\\z")]
    private static partial Regex NamePattern();
}
