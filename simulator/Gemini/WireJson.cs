using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>
/// Reads JSON the way Google's servers do: a field may be written in lowerCamelCase or as its original snake_case name, and
/// null is as good as absent. Source: https://protobuf.dev/programming-guides/json/
/// </summary>
internal static class WireJson
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>The message as an object; null when it is none.</summary>
    public static JsonObject? ParseObject(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return JsonNode.Parse(utf8, nodeOptions: null, Strict) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A field by its camelCase name, under either spelling.</summary>
    public static JsonNode? Field(this JsonNode? node, string name) =>
        node is JsonObject fields ? fields[name] ?? fields[SnakeCase(name)] : null;

    /// <summary>A text; null when the field is absent or something else.</summary>
    public static string? Text(this JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A truth value; null when the field is absent or something else.</summary>
    public static bool? Flag(this JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    /// <summary>A whole number, also written as a text as protobuf allows; null when the field is absent or something else.</summary>
    public static int? Whole(this JsonNode? node) => node switch
    {
        JsonValue value when value.TryGetValue<int>(out var number) => number,
        JsonValue value when value.TryGetValue<string>(out var text) && int.TryParse(text, out var number) => number,
        _ => null,
    };

    /// <summary>The camelCase spelling of a name in either spelling.</summary>
    public static string CamelCase(string name)
    {
        var parts = name.Split('_');
        return parts[0] + string.Concat(parts[1..].Select(part => part.Length == 0 ? "_" : char.ToUpperInvariant(part[0]) + part[1..]));
    }

    private static string SnakeCase(string camel)
    {
        var snake = new StringBuilder(camel.Length + 8);
        foreach (var c in camel)
        {
            _ = char.IsAsciiLetterUpper(c) ? snake.Append('_').Append(char.ToLowerInvariant(c)) : snake.Append(c);
        }

        return snake.ToString();
    }
}
