using System.Text.RegularExpressions;

namespace PhoneAgent.Core.Configuration.KeyVault;

/// <summary>
/// Which secrets a service asks its vault for, by name: nothing is listed, so an identity needs to read, and no more.
/// A secret is called as its configuration key, with <c>--</c> for the colon and <c>-</c> for an underscore.
/// </summary>
internal static partial class VaultSecrets
{
    /// <summary>Where the secrets of the agents' tools are, <c>Tools__Secrets__NAME</c>.</summary>
    public const string ToolSection = "Tools:Secrets:";

    private static readonly string[] Shared =
    [
        "PhoneAgent:TicketKey",
        "PhoneAgent:PreviousTicketKey",
        "Gemini:ApiKey",
        "Twilio:AuthToken",
        "Twilio:PreviousAuthToken",
    ];

    private static readonly string[] FunctionsOnly = ["Twilio:ApiKeySid", "Twilio:ApiKeySecret"];

    /// <summary>The configuration keys whose values a service's vault may hold.</summary>
    public static IReadOnlyList<string> KeysFor(ServiceRole role) => role == ServiceRole.Functions ? [.. Shared, .. FunctionsOnly] : Shared;

    /// <summary>The configuration keys of the secrets that agent profiles name, as <c>{secret:NAME}</c> in headers of tools.</summary>
    /// <param name="folder">The profiles' folder.</param>
    public static IReadOnlyList<string> ToolKeys(string folder) => !Directory.Exists(folder) ? [] :
    [
        .. Directory.GetFiles(folder, "*.json")
            .Where(path => !path.EndsWith(".schema.json", StringComparison.OrdinalIgnoreCase))
            .SelectMany(path => ToolSecret().Matches(File.ReadAllText(path)))
            .Select(match => ToolSection + match.Groups[1].Value)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Order(StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary>A secret's name; Key Vault takes letters, digits and hyphens.</summary>
    public static string NameOf(string key) => key.Replace(":", "--", StringComparison.Ordinal).Replace('_', '-');

    [GeneratedRegex(@"\{secret:([A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex ToolSecret();
}
