using System.Text.RegularExpressions;

namespace PhoneAgent.Core.Agents;

/// <summary>What the keys of a profile must be to each other; what each must be by itself is in the schema.</summary>
internal static partial class ProfileRules
{
    /// <summary>Names that the built-in tools have.</summary>
    private static readonly string[] BuiltIn = ["end_call", "transfer_call", "hand_off"];

    /// <summary>Everything wrong, by key.</summary>
    public static IEnumerable<(string Key, string Problem)> Problems(AgentProfile profile) =>
    [
        .. Speech(profile),
        .. Keypad(profile),
        .. profile.HandOff.ContainsKey(profile.Name) ? [($"handOff.{profile.Name}", "is this agent itself")] : Array.Empty<(string, string)>(),
        .. ToolNames(profile),
        .. profile.Tools.Http.SelectMany(one => Http($"tools.http.{one.Key}", one.Value)),
        .. profile.Tools.Mcp.SelectMany(one => Address($"tools.mcp.{one.Key}", one.Value.Url)),
        .. profile.Model.Name is { } model ? LiveModel.Of(model).Problems(profile) : [],
    ];

    /// <summary>The names in braces of a URL, in order.</summary>
    public static IEnumerable<string> Placeholders(string url) => Placeholder().Matches(url).Select(match => match.Groups[1].Value);

    private static IEnumerable<(string, string)> Speech(AgentProfile profile)
    {
        if (profile.IdleSeconds is > 0 and < 5)
        {
            yield return ("idleSeconds", "must be 0 or from 5 to 600");
        }

        if (profile is { SpeaksFirst: FirstSpeaker.Caller, GreetingText: not null })
        {
            yield return ("greetingText", "is never said, because the caller speaks first");
        }

        if (profile.Recording is { Enabled: true, Consent: null })
        {
            yield return ("recording.consent", "is missing: say what the caller is told before the call is recorded");
        }
    }

    private static IEnumerable<(string, string)> Keypad(AgentProfile profile)
    {
        foreach (var (key, target) in profile.Keypad.Transfer)
        {
            if (!profile.TransferTargets.ContainsKey(target))
            {
                yield return ($"keypad.transfer.{key}", $"names no transfer target; {There(profile.TransferTargets.Keys)}");
            }

            if (key == profile.Keypad.EndKey)
            {
                yield return ($"keypad.transfer.{key}", "is the key that ends a number, too; set keypad.endKey to another, or to null");
            }
        }
    }

    private static IEnumerable<(string, string)> ToolNames(AgentProfile profile)
    {
        var names = new HashSet<string>(BuiltIn, StringComparer.Ordinal);
        var tools = profile.Tools.Functions.Keys.Select(name => (Key: $"tools.functions.{name}", Name: name))
            .Concat(profile.Tools.Http.Keys.Select(name => (Key: $"tools.http.{name}", Name: name)))
            .Concat(profile.Tools.Mcp.SelectMany(server => server.Value.Tools.Select((name, i) => (Key: $"tools.mcp.{server.Key}.tools[{i}]", Name: name))));
        return tools.Where(tool => !names.Add(tool.Name)).Select(tool => (tool.Key, BuiltIn.Contains(tool.Name) ? "has the name of a built-in tool" : "has the name of another tool"));
    }

    private static IEnumerable<(string, string)> Http(string key, HttpToolRules tool)
    {
        foreach (var problem in Address(key, Placeholder().Replace(tool.Url, "x")))
        {
            yield return problem;
        }

        var properties = tool.Parameters is { ValueKind: System.Text.Json.JsonValueKind.Object } schema && schema.TryGetProperty("properties", out var members)
            && members.ValueKind == System.Text.Json.JsonValueKind.Object ? members.EnumerateObject().Select(member => member.Name).ToArray() : [];
        foreach (var name in Placeholders(tool.Url).Except(properties))
        {
            yield return ($"{key}.url", $"has {{{name}}}, which is none of the parameters' properties; {There(properties)}");
        }
    }

    private static IEnumerable<(string, string)> Address(string key, string url)
    {
        if (!Uri.TryCreate(Configured().Replace(url, "https://configured"), UriKind.Absolute, out var address) || address.Host.Length == 0)
        {
            yield return ($"{key}.url", "is not an address");
        }
        else if (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)
        {
            yield return ($"{key}.url", "must be https: http is for loopback addresses only");
        }
    }

    /// <summary>What there is, for a message about what there is not.</summary>
    public static string There(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } list ? $"there are {list}" : "there are none";

    // An address of the configuration is checked there.
    [GeneratedRegex(@"^\{address:[A-Za-z_][A-Za-z0-9_]*\}")]
    private static partial Regex Configured();

    [GeneratedRegex(@"\{([A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Placeholder();
}
