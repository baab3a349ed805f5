using System.Text.Json;

namespace PhoneAgent.Core.Json;

/// <summary>
/// In which line of a JSON file each key stands, so that a mistake can be told where it is. A key is named by its path,
/// like <c>voiceActivity.prefixPaddingMs</c> or <c>tools.http.find_order.allowedHosts[0]</c>.
/// </summary>
public sealed class JsonLines
{
    private static readonly JsonReaderOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);
    private readonly List<string> _repeated = [];

    private JsonLines()
    {
    }

    /// <summary>The keys that stand more than once in their object, by path.</summary>
    public IReadOnlyList<string> Repeated => _repeated;

    /// <summary>Reads a file's keys.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonLines Read(ReadOnlySpan<byte> utf8)
    {
        var lines = new JsonLines();
        var open = new Stack<Container>();
        var reader = new Utf8JsonReader(utf8, Options);
        var (line, counted, key) = (1, 0, "");
        while (reader.Read())
        {
            var at = (int)reader.TokenStartIndex;
            line += utf8[counted..at].Count((byte)'\n');
            counted = at;
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                key = Below(open.Peek().Path, reader.GetString()!);
                lines.Add(key, line);
                continue;
            }

            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                open.Pop();
                continue;
            }

            if (open.TryPeek(out var list) && list.IsList)
            {
                key = $"{list.Path}[{list.Items++}]";
                lines.Add(key, line);
            }

            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                open.Push(new Container(key, reader.TokenType == JsonTokenType.StartArray));
            }
        }

        return lines;
    }

    /// <summary>The line of a key, from 1; for a key that is not there, that of the nearest object it would stand in.</summary>
    public int Of(string path)
    {
        while (path.Length > 0)
        {
            if (_lines.TryGetValue(path, out var line))
            {
                return line;
            }

            path = path[..Math.Max(0, path.LastIndexOfAny(['.', '[']))];
        }

        return 1;
    }

    /// <summary>The path of a key in the object of another.</summary>
    public static string Below(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private void Add(string path, int line)
    {
        if (!_lines.TryAdd(path, line))
        {
            _lines[path] = line;
            _repeated.Add(path);
        }
    }

    private sealed class Container(string path, bool isList)
    {
        public string Path { get; } = path;

        public bool IsList { get; } = isList;

        public int Items { get; set; }
    }
}
