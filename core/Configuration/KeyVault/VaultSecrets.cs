namespace PhoneAgent.Core.Configuration.KeyVault;

/// <summary>
/// Which secrets a service asks its vault for, by name: nothing is listed, so an identity needs to read, and no more.
/// A secret is called as its configuration key, with <c>--</c> for the colon.
/// </summary>
internal static class VaultSecrets
{
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

    /// <summary>A secret's name; Key Vault takes letters, digits and hyphens.</summary>
    public static string NameOf(string key) => key.Replace(":", "--", StringComparison.Ordinal);
}
