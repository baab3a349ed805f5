using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhoneAgent.Core.Json;

namespace PhoneAgent.MediaRelay.Tools;

/// <summary>
/// Writes a JSON schema as Gemini's Schema, which knows less: one upper-case type, <c>nullable</c> instead of the type null,
/// enum and the formats it lists, no references. What it cannot say and the model can do without goes into the description;
/// the arguments are checked against the JSON schema anyway. What the model cannot do without is refused.
/// Source: https://ai.google.dev/api/caching#Schema
/// </summary>
internal static class GeminiSchema
{
    private const int MaxDepth = 32;

    private static readonly string[] Kept =
        ["title", "minItems", "maxItems", "minProperties", "maxProperties", "minLength", "maxLength", "pattern", "minimum", "maximum", "default"];

    private static readonly Dictionary<string, string[]> Formats = new()
    {
        ["STRING"] = ["date-time", "enum"],
        ["INTEGER"] = ["int32", "int64"],
        ["NUMBER"] = ["float", "double"],
    };

    /// <summary>The parameters of a function, JSON; null when it has none.</summary>
    /// <exception cref="GeminiSchemaException">It holds what Gemini cannot be told.</exception>
    public static string? Of(JsonElement schema)
    {
        if (Types(schema) is not ([] or ["object"]))
        {
            throw new GeminiSchemaException("", "must be of type object");
        }

        if (schema.ValueKind == JsonValueKind.Undefined || (schema.ValueKind == JsonValueKind.Object && !schema.TryGetProperty("properties", out _) && !schema.TryGetProperty("$ref", out _)))
        {
            return null;
        }

        var written = Written(schema, schema, "", 0);
        return written["type"]?.GetValue<string>() == "OBJECT" ? written["properties"] is JsonObject { Count: > 0 } ? written.ToJsonString() : null
            : throw new GeminiSchemaException("", "must be of type object");
    }

    private static JsonObject Written(JsonElement root, JsonElement schema, string path, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new GeminiSchemaException(path, "refers to itself, or is nested too deeply");
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw new GeminiSchemaException(path, "says no type");
        }

        if (schema.TryGetProperty("$ref", out var reference))
        {
            var referred = SchemaCheck.Resolve(root, reference.GetString() ?? "") ?? throw new GeminiSchemaException(path, "refers to what is not in this schema");
            return Described(Written(root, referred, path, depth + 1), Text(schema, "description"));
        }

        if (schema.TryGetProperty("allOf", out var all))
        {
            return all.ValueKind == JsonValueKind.Array && all.GetArrayLength() == 1
                ? Described(Written(root, all[0], path, depth + 1), Text(schema, "description"))
                : throw new GeminiSchemaException(path, "has allOf of more than one schema");
        }

        return Alternatives(schema) is { } alternatives ? AnyOf(root, schema, alternatives, path, depth) : Plain(root, schema, path, depth);
    }

    // What may also be null is nullable; of one alternative that is left, nothing else remains.
    private static JsonObject AnyOf(JsonElement root, JsonElement schema, JsonElement[] alternatives, string path, int depth)
    {
        var real = alternatives.Where(one => !IsNull(one)).ToArray();
        if (real.Length == 0)
        {
            throw new GeminiSchemaException(path, "has no alternative but null");
        }

        var written = real.Length == 1
            ? Written(root, real[0], path, depth + 1)
            : new JsonObject { ["anyOf"] = new JsonArray([.. real.Select(one => Written(root, one, path, depth + 1))]) };
        if (real.Length < alternatives.Length)
        {
            written["nullable"] = true;
        }

        return Described(written, Text(schema, "description"));
    }

    private static JsonObject Plain(JsonElement root, JsonElement schema, string path, int depth)
    {
        var types = Types(schema);
        var real = types.Where(type => type != "null").ToArray();
        if (real.Length > 1)
        {
            return new JsonObject
            {
                ["anyOf"] = new JsonArray([.. real.Select(type => Written(root, JsonSerializer.SerializeToElement(Narrowed(schema, type)), path, depth + 1))]),
                ["nullable"] = types.Contains("null") ? true : null,
            }.WithoutNulls();
        }

        var type = real.SingleOrDefault() ?? Implied(schema) ?? throw new GeminiSchemaException(path, "says no type");
        var written = new JsonObject { ["type"] = type.ToUpperInvariant() };
        var notes = new List<string>();
        if (types.Contains("null") || (schema.TryGetProperty("nullable", out var nullable) && nullable.ValueKind == JsonValueKind.True))
        {
            written["nullable"] = true;
        }

        WriteEnum(schema, written, notes);
        WriteFormat(schema, written, notes);
        foreach (var name in Kept.Where(name => schema.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null))
        {
            written[name] = JsonNode.Parse(schema.GetProperty(name).GetRawText());
        }

        switch (type)
        {
            case "object":
                WriteProperties(root, schema, written, path, depth);
                break;
            case "array":
                written["items"] = schema.TryGetProperty("items", out var items)
                    ? Written(root, items, path + "[]", depth + 1)
                    : throw new GeminiSchemaException(path, "is an array that does not say of what (items)");
                break;
            case "string" or "integer" or "number" or "boolean":
                break;
            default:
                throw new GeminiSchemaException(path, "is of a type that JSON schema does not have");
        }

        return Described(written, string.Join(" ", [.. new[] { Text(schema, "description") }.OfType<string>(), .. notes]));
    }

    private static void WriteEnum(JsonElement schema, JsonObject written, List<string> notes)
    {
        var values = schema.TryGetProperty("enum", out var several) && several.ValueKind == JsonValueKind.Array ? [.. several.EnumerateArray()]
            : schema.TryGetProperty("const", out var one) ? [one]
            : Array.Empty<JsonElement>();
        var real = values.Where(value => value.ValueKind != JsonValueKind.Null).ToArray();
        if (real.Length < values.Length)
        {
            written["nullable"] = true;
        }

        if (real.Length > 0 && written["type"]!.GetValue<string>() == "STRING")
        {
            written["enum"] = new JsonArray([.. real.Select(value => JsonValue.Create(value.ToString()))]);
            written["format"] = "enum";
        }
        else if (real.Length > 0)
        {
            notes.Add($"One of {string.Join(", ", real)}.");
        }
    }

    private static void WriteFormat(JsonElement schema, JsonObject written, List<string> notes)
    {
        if (Text(schema, "format") is not { } format || written.ContainsKey("format"))
        {
            return;
        }

        if (Formats.TryGetValue(written["type"]!.GetValue<string>(), out var known) && known.Contains(format))
        {
            written["format"] = format;
        }
        else
        {
            notes.Add($"Format: {format}.");
        }
    }

    private static void WriteProperties(JsonElement root, JsonElement schema, JsonObject written, string path, int depth)
    {
        var properties = new JsonObject();
        foreach (var property in schema.TryGetProperty("properties", out var members) ? members.EnumerateObject() : default)
        {
            properties[property.Name] = Written(root, property.Value, JsonLines.Below(path, property.Name), depth + 1);
        }

        if (properties.Count == 0 && depth > 0)
        {
            throw new GeminiSchemaException(path, "is an object that does not name its properties");
        }

        written["properties"] = properties;
        written["propertyOrdering"] = new JsonArray([.. properties.Select(property => JsonValue.Create(property.Key))]);
        if (schema.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.Array && required.GetArrayLength() > 0)
        {
            written["required"] = JsonNode.Parse(required.GetRawText());
        }
    }

    private static JsonObject Described(JsonObject written, string? description)
    {
        if (!string.IsNullOrWhiteSpace(description))
        {
            written["description"] = description;
        }

        return written;
    }

    private static JsonElement[]? Alternatives(JsonElement schema) =>
        (schema.TryGetProperty("anyOf", out var some) || schema.TryGetProperty("oneOf", out some)) && some.ValueKind == JsonValueKind.Array ? [.. some.EnumerateArray()] : null;

    private static bool IsNull(JsonElement schema) => Types(schema) is ["null"] || (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("const", out var value) && value.ValueKind == JsonValueKind.Null);

    private static string[] Types(JsonElement schema) => schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("type", out var type) ? []
        : type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(one => one.ToString().ToLowerInvariant())]
        : [type.ToString().ToLowerInvariant()];

    private static string? Implied(JsonElement schema) =>
        schema.TryGetProperty("properties", out _) ? "object"
        : schema.TryGetProperty("items", out _) ? "array"
        : schema.TryGetProperty("enum", out var values) && values.ValueKind == JsonValueKind.Array && values.EnumerateArray().All(value => value.ValueKind is JsonValueKind.String or JsonValueKind.Null) ? "string"
        : schema.TryGetProperty("const", out var value) && value.ValueKind == JsonValueKind.String ? "string"
        : null;

    private static JsonObject Narrowed(JsonElement schema, string type)
    {
        var narrowed = JsonObject.Create(schema)!;
        narrowed["type"] = type;
        return narrowed;
    }

    private static JsonObject WithoutNulls(this JsonObject written)
    {
        foreach (var name in written.Where(member => member.Value is null).Select(member => member.Key).ToArray())
        {
            written.Remove(name);
        }

        return written;
    }

    private static string? Text(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? string.Create(CultureInfo.InvariantCulture, $"{text.GetString()}") : null;
}

/// <summary>Arguments that Gemini cannot be told.</summary>
/// <param name="path">The property, as in <see cref="JsonLines"/>; empty for the whole.</param>
/// <param name="problem">In words that follow it.</param>
internal sealed class GeminiSchemaException(string path, string problem) : Exception(new SchemaProblem(path, problem).ToString())
{
    /// <summary>The property.</summary>
    public string Path { get; } = path;

    /// <summary>In words that follow the property.</summary>
    public string Problem { get; } = problem;
}
