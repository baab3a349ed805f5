using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PhoneAgent.MediaRelay.Tools.Http;

/// <summary>Puts the model's arguments into the address of an HTTP tool, each as the one piece it stands for.</summary>
internal static partial class HttpToolUrl
{
    /// <summary>The address; null when an argument in it is missing, empty, or would lead elsewhere.</summary>
    /// <param name="template">With <c>{name}</c> for arguments.</param>
    /// <param name="arguments">A JSON object.</param>
    /// <param name="rest">The arguments that do not stand in the address.</param>
    public static Uri? Fill(string template, JsonElement arguments, out JsonObject rest)
    {
        rest = JsonObject.Create(arguments)!;
        var used = new HashSet<string>(StringComparer.Ordinal);
        var usable = true;
        var filled = Name().Replace(template, match =>
        {
            used.Add(match.Groups[1].Value);
            var text = arguments.TryGetProperty(match.Groups[1].Value, out var value) ? Plain(value) : null;
            usable &= !string.IsNullOrWhiteSpace(text) && !text.Split('/', '\\').Any(piece => piece.Trim() is "." or "..");
            return Uri.EscapeDataString(text ?? "");
        });
        foreach (var name in used)
        {
            rest.Remove(name);
        }

        return usable && !HasDots(filled) && Uri.TryCreate(filled, UriKind.Absolute, out var url) ? url : null;
    }

    /// <summary>An address with arguments in its query; null ones are left out, lists repeat their name.</summary>
    public static Uri WithQuery(Uri url, JsonObject arguments)
    {
        var query = string.Join('&',
            from argument in arguments
            from value in argument.Value is JsonArray several ? several.AsEnumerable() : [argument.Value]
            where value is not null
            select $"{Uri.EscapeDataString(argument.Key)}={Uri.EscapeDataString(Plain(JsonSerializer.SerializeToElement(value)))}");
        var before = url.GetComponents(UriComponents.Query, UriFormat.UriEscaped);
        return query.Length == 0 ? url : new UriBuilder(url) { Query = before.Length == 0 ? query : $"{before}&{query}" }.Uri;
    }

    /// <summary>The address with something for each argument.</summary>
    public static string WithoutNames(string template) => Name().Replace(template, "x");

    // Two arguments side by side can make a step upwards that neither is.
    private static bool HasDots(string address) => address.Split('?')[0].Split('/').Any(piece => piece is "." or "..");

    private static string Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        _ => value.GetRawText(),
    };

    [GeneratedRegex(@"\{([A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Name();
}
