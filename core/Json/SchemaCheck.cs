using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PhoneAgent.Core.Json;

/// <summary>
/// Checks JSON against a JSON schema, as far as agent profiles and the arguments of functions need it: type, enum, const,
/// properties, required, additionalProperties, propertyNames, items, the bounds of numbers, lengths and counts, pattern,
/// anyOf, oneOf, allOf and references within the schema. Other keywords restrict nothing here.
/// Source: https://json-schema.org/draft/2020-12/json-schema-validation
/// </summary>
/// <param name="schema">The schema; references lead into it.</param>
public sealed class SchemaCheck(JsonElement schema)
{
    // A schema may come from outside and refer to itself.
    private const int MaxDepth = 64;

    /// <summary>Everything wrong with a value, in the order of the schema; empty when it is fine.</summary>
    public IReadOnlyList<SchemaProblem> Problems(JsonElement value)
    {
        var problems = new List<SchemaProblem>();
        Check(schema, value, "", problems, 0);
        return problems;
    }

    /// <summary>What a <c>$ref</c> within a schema leads to; null when it leads nowhere or out of the schema.</summary>
    public static JsonElement? Resolve(JsonElement root, string reference)
    {
        if (reference.Length == 0 || reference[0] != '#')
        {
            return null;
        }

        var at = root;
        foreach (var step in reference[1..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
            {
                return null;
            }
        }

        return at;
    }

    private void Check(JsonElement rule, JsonElement value, string path, List<SchemaProblem> problems, int depth)
    {
        if (rule.ValueKind == JsonValueKind.False)
        {
            problems.Add(new(path, "is not allowed"));
        }

        if (rule.ValueKind != JsonValueKind.Object || depth > MaxDepth)
        {
            return;
        }

        if (Text(rule, "$ref") is { } reference && Resolve(schema, reference) is { } referred)
        {
            Check(referred, value, path, problems, depth + 1);
        }

        if (Types(rule) is { Count: > 0 } types && !types.Exists(type => IsOf(value, type)))
        {
            problems.Add(new(path, $"must be {string.Join(" or ", types.ConvertAll(Described))}"));
            return;
        }

        if (OneOfValues(rule) is { } allowed && !allowed.Exists(one => JsonElement.DeepEquals(one, value)))
        {
            problems.Add(new(path, $"must be {(allowed.Count > 1 ? "one of " : "")}{string.Join(", ", allowed)}"));
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                CheckObject(rule, value, path, problems, depth);
                break;
            case JsonValueKind.Array:
                CheckRange(rule, "minItems", "maxItems", value.GetArrayLength(), path, "have", "items", problems);
                CheckItems(rule, value, path, problems, depth);
                break;
            case JsonValueKind.String:
                CheckText(rule, value.GetString()!, path, problems);
                break;
            case JsonValueKind.Number:
                CheckRange(rule, "minimum", "maximum", value.GetDouble(), path, "be", "", problems);
                break;
        }

        foreach (var all in Members(rule, "allOf"))
        {
            Check(all, value, path, problems, depth + 1);
        }

        CheckAlternatives([.. Members(rule, "anyOf"), .. Members(rule, "oneOf")], value, path, problems, depth);
    }

    // Of alternatives that all fail, the one that came nearest says why.
    private void CheckAlternatives(List<JsonElement> alternatives, JsonElement value, string path, List<SchemaProblem> problems, int depth)
    {
        List<SchemaProblem>? nearest = null;
        foreach (var alternative in alternatives)
        {
            var found = new List<SchemaProblem>();
            Check(alternative, value, path, found, depth + 1);
            nearest = nearest is null || found.Count < nearest.Count ? found : nearest;
        }

        problems.AddRange(nearest ?? []);
    }

    private void CheckObject(JsonElement rule, JsonElement value, string path, List<SchemaProblem> problems, int depth)
    {
        var known = Member(rule, "properties");
        var others = Member(rule, "additionalProperties");
        var names = Member(rule, "propertyNames");
        foreach (var required in Members(rule, "required").Select(name => name.GetString()!).Where(name => !value.TryGetProperty(name, out _)))
        {
            problems.Add(new(JsonLines.Below(path, required), "is missing"));
        }

        foreach (var member in value.EnumerateObject())
        {
            var key = JsonLines.Below(path, member.Name);
            if (names is { } pattern)
            {
                Check(pattern, JsonSerializer.SerializeToElement(member.Name), key, problems, depth + 1);
            }

            if (known is { ValueKind: JsonValueKind.Object } properties && properties.TryGetProperty(member.Name, out var property))
            {
                Check(property, member.Value, key, problems, depth + 1);
            }
            else if (others is { ValueKind: JsonValueKind.False })
            {
                problems.Add(new(key, $"is no key that is known here; there are {string.Join(", ", known?.EnumerateObject().Select(one => one.Name) ?? [])}"));
            }
            else if (others is { } other)
            {
                Check(other, member.Value, key, problems, depth + 1);
            }
        }
    }

    private void CheckItems(JsonElement rule, JsonElement value, string path, List<SchemaProblem> problems, int depth)
    {
        if (Member(rule, "items") is { } items)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                Check(items, item, $"{path}[{index++}]", problems, depth + 1);
            }
        }
    }

    private static void CheckText(JsonElement rule, string text, string path, List<SchemaProblem> problems)
    {
        CheckRange(rule, "minLength", "maxLength", text.Length, path, "have", "characters", problems);
        if (Text(rule, "pattern") is { } pattern && !Matches(text, pattern))
        {
            problems.Add(new(path, Text(rule, "patternErrorMessage") ?? $"must match {pattern}"));
        }
    }

    // A pattern may come from outside: without backtracking it takes linear time; one that needs it restricts nothing.
    private static bool Matches(string text, string pattern)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is NotSupportedException or ArgumentException)
        {
            return true;
        }
    }

    private static void CheckRange(JsonElement rule, string least, string most, double value, string path, string verb, string unit, List<SchemaProblem> problems)
    {
        var (min, max) = (Number(rule, least), Number(rule, most));
        if (value < min || value > max)
        {
            var range = (min, max) switch
            {
                ({ } from, { } to) => $"from {Plain(from)} to {Plain(to)}",
                ({ } from, null) => $"at least {Plain(from)}",
                _ => $"at most {Plain(max!.Value)}",
            };
            problems.Add(new(path, $"must {verb} {range} {unit}".TrimEnd()));
        }
    }

    private static string Plain(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);

    private static List<string> Types(JsonElement rule) => Member(rule, "type") switch
    {
        { ValueKind: JsonValueKind.String } one => [one.GetString()!],
        { ValueKind: JsonValueKind.Array } several => [.. several.EnumerateArray().Select(one => one.ToString())],
        _ => [],
    };

    private static List<JsonElement>? OneOfValues(JsonElement rule) =>
        Member(rule, "enum") is { ValueKind: JsonValueKind.Array } values ? [.. values.EnumerateArray()]
        : Member(rule, "const") is { } value ? [value]
        : null;

    private static bool IsOf(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && double.IsInteger(value.GetDouble()),
        _ => true,
    };

    private static string Described(string type) => type switch
    {
        "object" => "an object",
        "array" => "a list",
        "string" => "a text",
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        _ => type,
    };

    private static JsonElement? Member(JsonElement rule, string name) =>
        rule.ValueKind == JsonValueKind.Object && rule.TryGetProperty(name, out var member) ? member : null;

    private static JsonElement.ArrayEnumerator Members(JsonElement rule, string name) =>
        Member(rule, name) is { ValueKind: JsonValueKind.Array } members ? members.EnumerateArray() : default;

    private static string? Text(JsonElement rule, string name) =>
        Member(rule, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static double? Number(JsonElement rule, string name) =>
        Member(rule, name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;
}
