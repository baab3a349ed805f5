using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>What is refused in <c>setup.tools</c>. Source: https://ai.google.dev/api/caching#FunctionDeclaration</summary>
internal static partial class ToolRules
{
    private static readonly string[] Types = ["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"];

    /// <summary>Everything wrong, in order.</summary>
    public static IEnumerable<string> Check(JsonNode? tools, LiveModel model)
    {
        if (tools is not (null or JsonArray))
        {
            yield return "Invalid value at 'setup.tools': expected a list.";
            yield break;
        }

        HashSet<string> names = [];
        foreach (var function in (tools as JsonArray ?? []).SelectMany(tool => tool.Field("functionDeclarations") as JsonArray ?? []))
        {
            var name = function.Field("name").Text() ?? "";
            if (!FunctionName().IsMatch(name))
            {
                yield return $"Invalid function name '{name}'. Must start with a letter or an underscore; a-z, A-Z, 0-9, _, ., :, - and at most 64 characters.";
            }
            else if (!names.Add(name))
            {
                yield return $"Duplicate function declaration found: {name}";
            }

            if (Behaviour(function.Field("behavior"), model) is { } behaviour)
            {
                yield return behaviour;
            }

            if (UnknownType(function.Field("parameters")) is { } type)
            {
                yield return $"Invalid value at 'setup.tools.function_declarations.parameters.type' ({name}), {type}";
            }
        }
    }

    private static string? Behaviour(JsonNode? behaviour, LiveModel model) => behaviour?.Text() switch
    {
        null => behaviour is null ? null : "Invalid value at 'setup.tools.function_declarations.behavior'.",
        "UNSPECIFIED" => null,
        "BLOCKING" => model.BlockingTools ? null : $"{model.Name} takes NON_BLOCKING functions only.",
        "NON_BLOCKING" => model.NonBlockingTools ? null : $"{model.Name} takes no NON_BLOCKING functions.",
        var unknown => $"Invalid value at 'setup.tools.function_declarations.behavior', \"{unknown}\"",
    };

    // Schemas nest through properties and items; the type may be written in lower case as in JSON Schema.
    private static string? UnknownType(JsonNode? schema)
    {
        if (schema.Field("type") is { } type && !Types.Contains(type.Text()?.ToUpperInvariant()))
        {
            return type.ToJsonString();
        }

        var properties = (schema.Field("properties") as JsonObject)?.Select(property => property.Value) ?? [];
        return properties.Append(schema.Field("items")).Where(nested => nested is not null).Select(UnknownType).FirstOrDefault(unknown => unknown is not null);
    }

    [GeneratedRegex(@"^[a-zA-Z_][a-zA-Z0-9_.:\-]{0,63}$")]
    private static partial Regex FunctionName();
}
