using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Core.Configuration;

/// <summary>
/// What each configuration key must be, and for whom. Looks at the text rather than at bound settings, so that all that
/// is wrong is said at once, each key by its environment variable with the fix, and no value is ever repeated.
/// </summary>
public static partial class ConfigurationRules
{
    private static readonly ConfigurationRule[] Rules =
    [
        new("Twilio:AccountSid", Need.Required, Need.Required, AccountSid, "Copy the Account SID from the Twilio console."),
        new("Twilio:AuthToken", Need.Required, Need.Optional, AuthToken, "Copy the auth token from the Twilio console; without it no webhook can be told from a forged one."),
        new("Twilio:PreviousAuthToken", Need.Optional, Need.Optional, AuthToken, "Set it to the old token during a rotation, or remove it."),
        new("Twilio:ApiKeySid", Need.WithApiKeySecret, Need.Unused, ApiKeySid, "Copy the API key's SID from the Twilio console, or remove both Twilio__ApiKeySid and Twilio__ApiKeySecret."),
        new("Twilio:ApiKeySecret", Need.WithApiKeySid, Need.Unused, AuthToken, "Copy the API key's secret, which the Twilio console shows once, or remove both Twilio__ApiKeySid and Twilio__ApiKeySecret."),
        new("Twilio:PhoneNumber", Need.WithOutbound, Need.Unused, E164, "Set it to the number outbound calls come from, like +14155550100."),
        new("PhoneAgent:WebhookBaseUrl", Need.Required, Need.Unused, value => Address(value, "https", "http"), "Set it to the public origin of the functions, for example https://my-agent.azurewebsites.net."),
        new("PhoneAgent:StreamUrl", Need.Required, Need.WithAuthToken, value => Address(value, "wss", "ws"), "Set it to the public address of the relay, for example wss://relay.example.net/stream."),
        new("PhoneAgent:TicketKey", Need.Required, Need.Required, TicketKey, "Make one with `openssl rand -base64 32`; functions and relay must have the same."),
        new("PhoneAgent:PreviousTicketKey", Need.Optional, Need.Optional, TicketKey, "Set it to the old key during a rotation, or remove it."),
        new("PhoneAgent:CallLog", Need.Required, Need.Required, CallLogs.Problem, "Set it to file:./calls, or to https://ACCOUNT.blob.core.windows.net/CONTAINER; functions and relay must name the same one."),
        new("PhoneAgent:KeyVaultUri", Need.Optional, Need.Optional, VaultProblem, "Set it to the vault's address, like https://my-vault.vault.azure.net, or remove it."),
        new("PhoneAgent:KeyVaultReloadSeconds", Need.Optional, Need.Optional, value => Whole(value, 10, 86_400), "Remove it for 300."),
        new("PhoneAgent:LocalFunctionKey", Need.Optional, Need.Unused, AuthToken, "Take a long random one, or remove it to close the owner's API outside Azure."),
        new("PhoneAgent:PlatformChecksKeys", Need.Optional, Need.Unused, Switch, "Remove it: it is set by the infrastructure, in Azure alone."),
        new("PhoneAgent:ConnectMessage", Need.Optional, Need.Unused, Spoken, "Shorten it."),
        new("PhoneAgent:ApologyMessage", Need.Optional, Need.Unused, Spoken, "Shorten it."),
        new("PhoneAgent:FallbackNumber", Need.Optional, Need.Unused, E164, "Write it like +14155550100, or remove it to hang up after the apology."),
        new("Gemini:ApiKey", Need.Optional, Need.Required, _ => null, "Create a key at https://aistudio.google.com/apikey."),
        new("Gemini:TextModel", Need.Optional, Need.Optional, Model, "Remove it for gemini-3.6-flash."),
        new("Gemini:Endpoint", Need.Unused, Need.Optional, value => Address(value, "wss", "ws"), "Remove it to use Google's."),
        new("Relay:MaxCallMinutes", Need.Optional, Need.Optional, value => Whole(value, 1, RelaySettings.MaxMaxCallMinutes), "Remove it for 60."),
        new("Relay:MaxCalls", Need.Unused, Need.Optional, value => Whole(value, 1, 10_000), "Remove it for 200."),
        new("Relay:DrainSeconds", Need.Unused, Need.Optional, value => Whole(value, 1, 600), "Remove it for 20."),
        new("Outbound:Enabled", Need.Optional, Need.Unused, Switch, "Remove it to place no calls."),
        new("Outbound:MaxPerDestinationPerDay", Need.Optional, Need.Unused, value => Whole(value, 1, OutboundSettings.LargestCap), "Remove it for 5."),
        new("Outbound:MaxPerHour", Need.Optional, Need.Unused, value => Whole(value, 1, OutboundSettings.LargestCap), "Remove it for 30."),
        new(TelemetryExport.EndpointKey, Need.Optional, Need.Optional, TelemetryExport.EndpointProblem, "Set it to your collector, for example http://localhost:4318, or remove it to send nothing."),
        new(TelemetryExport.ProtocolKey, Need.Optional, Need.Optional, TelemetryExport.ProtocolProblem, "Remove it for http/protobuf."),
        new("Inbound:MaxConcurrentPerCaller", Need.Optional, Need.Unused, value => Whole(value, 1, InboundSettings.MaxMaxConcurrentPerCaller), "Remove it for 3."),
    ];

    private static readonly (string Key, Func<string, string?> Check, string Fix)[] Lists =
    [
        ("Twilio:PhoneNumbers", E164, "Write it like +14155550100, or remove it."),
        ("Outbound:AllowedPrefixes", Prefix, "Write it like +1415, or remove it."),
        ("Inbound:BlockedPrefixes", Prefix, "Write it like +1415, or remove it."),
    ];

    private enum Need
    {
        Required,
        Optional,
        WithAuthToken,
        WithOutbound,
        WithApiKeySid,
        WithApiKeySecret,
        Unused,
    }

    /// <summary>All that keeps a configuration from serving the given roles, one line each; empty when it is fine.</summary>
    public static IReadOnlyList<string> Problems(IConfiguration configuration, params IReadOnlyCollection<ServiceRole> roles) =>
        [.. Rules.Select(rule => rule.Problem(configuration, roles)).OfType<string>(), .. ListItems(configuration, roles), .. AgentNumbers(configuration, roles), .. ToolAddresses(configuration, roles)];

    /// <summary>What keeps an address from being a vault's; null when nothing does.</summary>
    internal static string? VaultProblem(string value) =>
        Address(value, "https", "no other") ?? (new Uri(value).AbsolutePath is "/" ? null : "must not contain a path");

    private static IEnumerable<string> ListItems(IConfiguration configuration, IReadOnlyCollection<ServiceRole> roles) =>
        from list in Lists
        where roles.Contains(ServiceRole.Functions)
        from item in configuration.GetSection(list.Key).GetChildren()
        let problem = list.Check(item.Value ?? "")
        where problem is not null
        select $"{Variable(item.Path)} {problem}. {list.Fix}";

    private static IEnumerable<string> AgentNumbers(IConfiguration configuration, IReadOnlyCollection<ServiceRole> roles) =>
        from number in configuration.GetSection("PhoneAgent:Agents").GetChildren()
        where roles.Contains(ServiceRole.Functions) && !(number.Key.Length is > 1 and <= 15 && number.Key.All(char.IsAsciiDigit))
        select $"PhoneAgent__Agents__{number.Key} does not name a called number. Write its digits alone, for example PhoneAgent__Agents__14155550100.";

    private static IEnumerable<string> ToolAddresses(IConfiguration configuration, IReadOnlyCollection<ServiceRole> roles) =>
        from address in configuration.GetSection("Tools:Addresses").GetChildren()
        where roles.Contains(ServiceRole.Relay)
        let problem = Address(address.Value ?? "", "https", "http")
        where problem is not null
        select $"{Variable(address.Path)} {problem}. Set it to an address like https://shop.example.com, or remove it.";

    private static string? AccountSid(string value) => AccountSidPattern().IsMatch(value) ? null : "is not AC and 32 hexadecimal digits";

    private static string? ApiKeySid(string value) => ApiKeySidPattern().IsMatch(value) ? null : "is not SK and 32 hexadecimal digits";

    private static string? Model(string value) => ModelPattern().IsMatch(value) ? null : "is not a model's name, without models/";

    private static string? AuthToken(string value) => value.Any(char.IsWhiteSpace) ? "contains white space" : null;

    private static string? Spoken(string value) => value.Length <= PhoneAgentSettings.MaxMessageLength ? null : $"is longer than {PhoneAgentSettings.MaxMessageLength} characters, the most Twilio speaks";

    private static string? E164(string value) => PhoneNumber.IsE164(value) ? null : "is not a phone number in E.164 format";

    private static string? Prefix(string value) => PrefixPattern().IsMatch(value) ? null : "is not the beginning of a phone number in E.164 format";

    private static string? Switch(string value) => bool.TryParse(value, out _) ? null : "is neither true nor false";

    private static string? TicketKey(string value)
    {
        var bytes = new byte[value.Length];
        return !Convert.TryFromBase64String(value, bytes, out var length) ? "is not base64"
            : length < PhoneAgentSettings.MinTicketKeyBytes ? $"is shorter than {PhoneAgentSettings.MinTicketKeyBytes} bytes"
            : null;
    }

    private static string? Address(string value, string secure, string open) =>
        !Uri.TryCreate(value, UriKind.Absolute, out var uri) || (uri.Scheme != secure && uri.Scheme != open) ? $"is no {secure} address"
        : uri.Scheme == open && !uri.IsLoopback ? $"must be {secure}: {open} is for loopback addresses only"
        : uri.UserInfo.Length > 0 ? "must not contain a user or password"
        : uri.Query.Length > 0 || uri.Fragment.Length > 0 || value.AsSpan().ContainsAny('?', '#') ? "must not contain a query or fragment"
        : value.Any(char.IsWhiteSpace) ? "contains white space"
        : null;

    private static string? Whole(string value, int least, int most) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"is not a whole number from {least} to {most}");

    [GeneratedRegex("^AC[0-9a-fA-F]{32}\\z")]
    private static partial Regex AccountSidPattern();

    [GeneratedRegex("^SK[0-9a-fA-F]{32}\\z")]
    private static partial Regex ApiKeySidPattern();

    [GeneratedRegex("^[a-zA-Z0-9._-]{1,64}\\z")]
    private static partial Regex ModelPattern();

    [GeneratedRegex("^\\+[1-9][0-9]{0,14}\\z")]
    private static partial Regex PrefixPattern();

    private static string Variable(string key) => key.Replace(":", "__", StringComparison.Ordinal);

    private static bool IsSet(IConfiguration configuration, string key) => !string.IsNullOrWhiteSpace(configuration[key]);

    private static bool IsOn(IConfiguration configuration, string key) => bool.TryParse(configuration[key], out var on) && on;

    private sealed record ConfigurationRule(string Key, Need Functions, Need Relay, Func<string, string?> Check, string Fix)
    {
        public string? Problem(IConfiguration configuration, IReadOnlyCollection<ServiceRole> roles)
        {
            var needs = roles.Select(role => role == ServiceRole.Functions ? Functions : Relay).ToArray();
            if (needs.All(need => need == Need.Unused))
            {
                return null;
            }

            var value = configuration[Key];
            var required = needs.Contains(Need.Required)
                || (needs.Contains(Need.WithAuthToken) && IsSet(configuration, "Twilio:AuthToken"))
                || (needs.Contains(Need.WithApiKeySid) && IsSet(configuration, "Twilio:ApiKeySid"))
                || (needs.Contains(Need.WithApiKeySecret) && IsSet(configuration, "Twilio:ApiKeySecret"))
                || (needs.Contains(Need.WithOutbound) && IsOn(configuration, "Outbound:Enabled"));
            var problem = !string.IsNullOrWhiteSpace(value) ? Check(value) : required ? "is missing" : null;
            return problem is null ? null : $"{Variable(Key)} {problem}. {Fix}";
        }
    }
}
