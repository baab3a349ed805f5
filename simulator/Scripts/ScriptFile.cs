using System.Text.Json;
using System.Text.Json.Nodes;

namespace PhoneAgent.Simulator.Scripts;

/// <summary>
/// The JSON form of a <see cref="ConversationScript"/>:
/// <c>{"turns":[{"caller","keys","interruptAfterMs","agent","tool":{"name","args"}}],"agentLines":["…"],"callerStays"}</c>.
/// </summary>
internal static class ScriptFile
{
    private const int LongestInterruptMs = 60_000;

    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public static ConversationScript Embedded(string file)
    {
        using var stream = typeof(ScriptFile).Assembly.GetManifestResourceStream($"PhoneAgent.Simulator.Scripts.{file}")
            ?? throw new InvalidOperationException($"The script {file} is not embedded.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Parse(bytes.ToArray(), file);
    }

    /// <param name="json">The whole file; a byte order mark is allowed.</param>
    /// <param name="file">What messages call it.</param>
    public static ConversationScript Parse(ReadOnlyMemory<byte> json, string file)
    {
        var text = json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json;
        try
        {
            using var document = JsonDocument.Parse(text, Lenient);
            return Script(new Place(file, "", document.RootElement));
        }
        catch (JsonException e)
        {
            throw new ScriptFileException($"{file}: not JSON (line {e.LineNumber + 1}): {e.Message.Split(" LineNumber:")[0]}", e);
        }
    }

    private static ConversationScript Script(Place root)
    {
        root.OnlyKeys("turns", "agentLines", "callerStays");
        var turns = root.Required("turns").Items().Select(Turn).ToArray();
        if (turns.Length == 0)
        {
            throw root.Required("turns").Wrong("needs at least one turn");
        }

        return new ConversationScript(turns)
        {
            CallerStays = root.Optional("callerStays")?.Switch() ?? false,
            AgentLines = [.. root.Optional("agentLines")?.Items().Select(line => line.Text()) ?? []],
        };
    }

    private static ScriptTurn Turn(Place turn, int index)
    {
        turn.OnlyKeys("caller", "keys", "interruptAfterMs", "agent", "tool");
        var caller = turn.Optional("caller")?.Text();
        var keys = turn.Optional("keys");
        if (caller is null && keys is null && index > 0)
        {
            throw turn.Wrong("needs the key \"caller\": only in the first turn the agent speaks unasked");
        }

        if (keys is not null && (caller is not null || index == 0))
        {
            throw keys.Wrong("stands instead of \"caller\", and not in the first turn");
        }

        var interrupt = turn.Optional("interruptAfterMs");
        if (interrupt is not null && (caller is null || index == 0))
        {
            throw interrupt.Wrong("there is no earlier line to interrupt");
        }

        return new ScriptTurn
        {
            Caller = caller,
            Keys = keys?.Keypad(),
            InterruptAfterMs = interrupt?.Number(0, LongestInterruptMs),
            Agent = turn.Required("agent").Text(),
            Tool = turn.Optional("tool") is { } tool ? Tool(tool) : null,
        };
    }

    private static ScriptToolCall Tool(Place tool)
    {
        tool.OnlyKeys("name", "args");
        return new ScriptToolCall(tool.Required("name").Text(), tool.Optional("args")?.Object() ?? []);
    }

    /// <summary>A value of the file and where it stands.</summary>
    private sealed record Place(string File, string Key, JsonElement Value)
    {
        public ScriptFileException Wrong(string what) => new($"{File}: {(Key.Length == 0 ? "the script" : Key)}: {what}");

        public void OnlyKeys(params string[] known)
        {
            if (Value.ValueKind != JsonValueKind.Object)
            {
                throw Wrong("must be an object {…}");
            }

            HashSet<string> seen = [];
            foreach (var name in Value.EnumerateObject().Select(property => property.Name))
            {
                if (!known.Contains(name))
                {
                    throw At(name).Wrong($"unknown key (known: {string.Join(", ", known)})");
                }

                if (!seen.Add(name))
                {
                    throw At(name).Wrong("stands there twice");
                }
            }
        }

        public Place? Optional(string name) =>
            Value.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? At(name) with { Value = value } : null;

        public Place Required(string name) => Optional(name) ?? throw At(name).Wrong("is missing");

        public IEnumerable<Place> Items() => Value.ValueKind == JsonValueKind.Array
            ? Value.EnumerateArray().Select((item, i) => new Place(File, $"{Key}[{i}]", item))
            : throw Wrong("must be a list […]");

        public string Text() => Value.ValueKind == JsonValueKind.String && Value.GetString() is { } text && !string.IsNullOrWhiteSpace(text)
            ? text
            : throw Wrong("must be a text that is not empty");

        public int Number(int least, int most) =>
            Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var number) && number >= least && number <= most
                ? number
                : throw Wrong($"must be a whole number from {least} to {most}");

        public bool Switch() => Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? Value.GetBoolean() : throw Wrong("must be true or false");

        public string Keypad() => Text() is var keys && keys.All("0123456789*#".Contains) ? keys : throw Wrong("must be keys of a telephone: 0-9, * and #");

        public JsonObject Object() => Value.ValueKind == JsonValueKind.Object
            ? JsonObject.Create(Value.Clone())!
            : throw Wrong("must be an object {…}");

        private Place At(string name) => this with { Key = Key.Length == 0 ? name : $"{Key}.{name}" };
    }
}
