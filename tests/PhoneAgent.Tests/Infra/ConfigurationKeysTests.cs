using System.Collections;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Configuration.KeyVault;

namespace PhoneAgent.Tests.Infra;

/// <summary>The configuration keys, in every place that speaks of them.</summary>
public sealed partial class ConfigurationKeysTests
{
    private static readonly (string Section, Type Settings)[] Sections =
    [
        ("Twilio", typeof(TwilioSettings)),
        ("PhoneAgent", typeof(PhoneAgentSettings)),
        ("Gemini", typeof(GeminiSettings)),
        ("Relay", typeof(RelaySettings)),
        ("Outbound", typeof(OutboundSettings)),
        ("Inbound", typeof(InboundSettings)),
        ("Tools", typeof(ToolSettings)),
    ];

    private static readonly string[] Telemetry = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL"];

    // Keys that a deployment does not set, and why.
    private static readonly Dictionary<string, string> NotInAzure = new()
    {
        ["Twilio__PreviousAuthToken"] = "in the vault during a rotation",
        ["PhoneAgent__PreviousTicketKey"] = "in the vault during a rotation",
        ["Twilio__PhoneNumbers"] = "for owners of several numbers, by hand",
        ["PhoneAgent__LocalFunctionKey"] = "outside Azure only",
        ["PhoneAgent__KeyVaultReloadSeconds"] = "the default serves",
        ["Gemini__Endpoint"] = "Google's by default",
        ["Gemini__TellsConsumed"] = "for other endpoints than Google's",
        ["Tools__Secrets"] = "in the relay's vault, by the names its profiles use",
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "the default serves",
    };

    private static IReadOnlyList<string> InCode { get; } =
        [.. Sections.SelectMany(section => section.Settings.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(IsBound).Select(property => $"{section.Section}__{property.Name}")).Concat(Telemetry).Order(StringComparer.Ordinal)];

    [Fact]
    public void The_readme_lists_the_keys_of_the_code_and_no_others() =>
        Assert.Equal(InCode, Readme().Select(row => row.Key).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void A_deployment_sets_keys_of_the_code_only_and_leaves_out_none_without_a_reason()
    {
        var set = Infra().Concat(Vaulted().Select(name => name.Replace("--", "__", StringComparison.Ordinal))).Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.Empty(set.Except(InCode));
        Assert.Equal(InCode.Except(set), NotInAzure.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Secrets_are_in_vaults_and_never_among_the_settings()
    {
        var mayBeVaulted = Enum.GetValues<ServiceRole>().SelectMany(VaultSecrets.KeysFor).Select(VaultSecrets.NameOf).Distinct().ToList();
        Assert.Empty(Vaulted().Except(mayBeVaulted));
        Assert.Equal(mayBeVaulted.Where(name => !name.Contains("Previous", StringComparison.Ordinal)).Order(), Vaulted().Distinct().Order());
        Assert.Empty(Infra().Intersect(mayBeVaulted.Select(name => name.Replace("--", "__", StringComparison.Ordinal))));
    }

    [Fact]
    public void Each_service_gets_what_it_needs_in_azure()
    {
        foreach (var (role, module) in new[] { (ServiceRole.Functions, "functions"), (ServiceRole.Relay, "relay") })
        {
            var needed = Readme().Where(row => (role == ServiceRole.Functions ? row.Functions : row.Relay) == "R").Select(row => row.Key);
            var vault = VaultSecrets.KeysFor(role).Select(key => key.Replace(":", "__", StringComparison.Ordinal)).Intersect(Vaulted(module).Select(name => name.Replace("--", "__", StringComparison.Ordinal)));
            Assert.Empty(needed.Except(Infra(module).Concat(vault)));
        }
    }

    [Fact]
    public void The_example_of_local_settings_has_every_key_of_the_functions_and_no_secret()
    {
        var values = JsonNode.Parse(InfraTools.Text("functions", "app", "local.settings.example.json"))!["Values"]!.AsObject();
        var keys = values.Select(one => one.Key).Except(["AzureWebJobsStorage", "FUNCTIONS_WORKER_RUNTIME"]).ToList();
        var lists = Sections.SelectMany(section => section.Settings.GetProperties().Where(property => IsCollection(property.PropertyType)).Select(property => $"{section.Section}__{property.Name}"));
        var azureOnly = new[] { "PhoneAgent__PlatformChecksKeys" };
        Assert.Equal(
            Readme().Where(row => row.Functions != "–").Select(row => row.Key).Distinct().Except(lists).Except(azureOnly).Order(StringComparer.Ordinal),
            keys.Order(StringComparer.Ordinal));
        var secrets = VaultSecrets.KeysFor(ServiceRole.Functions).Select(key => key.Replace(":", "__", StringComparison.Ordinal));
        Assert.All(secrets, key => Assert.Equal("", (string?)values[key]));
    }

    private static bool IsBound(PropertyInfo property) => property.SetMethod?.IsPublic == true || IsCollection(property.PropertyType);

    private static bool IsCollection(Type type) => type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable));

    // A row may name several keys, before its first colon or in parentheses behind it; its columns hold for all of them,
    // or for each in turn when they hold as many words.
    private static IEnumerable<(string Key, string Functions, string Relay)> Readme() =>
        from line in InfraTools.Text("README.md").Split('\n')
        where line.StartsWith("| `", StringComparison.Ordinal)
        let columns = line.Split('|', StringSplitOptions.TrimEntries)
        where columns.Length == 5
        let keys = Key().Matches(columns[1]).Select(match => Trimmed(match.Value)).Distinct().ToList()
        from key in keys
        select (key, Word(columns[2], keys.IndexOf(key)), Word(columns[3], keys.IndexOf(key)));

    private static string Word(string column, int index)
    {
        var words = column.Split(':')[0].Split(", ");
        return words[Math.Min(index, words.Length - 1)];
    }

    // Bicep writes a list's keys with a number behind, and agents with a called number.
    private static IEnumerable<string> Infra(string? module = null) =>
        (module switch
        {
            null => InfraTools.BicepFiles.Select(File.ReadAllText),
            _ => [Module(module), InfraTools.Text("infra", "modules", module + ".bicep")],
        }).SelectMany(text => Key().Matches(text)).Select(match => Trimmed(match.Value)).Distinct();

    private static IEnumerable<string> Vaulted(string? service = null) =>
        Regex.Matches(service is null ? InfraTools.Text("infra", "resources.bicep") : Module(service + "Vault"), "'([A-Za-z]+--[A-Za-z]+)'").Select(match => match.Groups[1].Value);

    private static string Module(string symbol)
    {
        var resources = InfraTools.Text("infra", "resources.bicep");
        var from = resources.IndexOf($"module {symbol} '", StringComparison.Ordinal);
        return resources[from..resources.IndexOf("\n}\n", from, StringComparison.Ordinal)];
    }

    private static string Trimmed(string key) => key.Split("__") is [var section, var name, ..] ? $"{section}__{name}" : key;

    [GeneratedRegex("\\b(?:(?:Twilio|PhoneAgent|Gemini|Relay|Outbound|Inbound|Tools)__[A-Za-z]+|OTEL_EXPORTER_[A-Z_]+[A-Z])")]
    private static partial Regex Key();
}
