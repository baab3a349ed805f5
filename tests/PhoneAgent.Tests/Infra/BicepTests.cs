using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PhoneAgent.Tests.Infra;

/// <summary>What can be told of the infrastructure without Azure: syntax, versions, roles, parameters, and what must not stand in it.</summary>
public sealed partial class BicepTests
{
    // Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
    private static readonly Dictionary<string, string> Roles = new()
    {
        ["4633458b-17de-408a-b874-0445c86b69e6"] = "Key Vault Secrets User",
        ["7f951dda-4ed3-4680-a7ca-43fe172d538d"] = "AcrPull",
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Storage Blob Data Owner",
        ["ba92f5b4-2d11-453d-a403-e96b0029c9fe"] = "Storage Blob Data Contributor",
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "Storage Queue Data Contributor",
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Storage Table Data Contributor",
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Monitoring Metrics Publisher",
    };

    [NeedsInfraToolsFact]
    public async Task Every_file_is_bicep_by_its_grammar()
    {
        var answer = await InfraTools.Scripts.AskAsync("check-syntax.mjs", Question(InfraTools.BicepFiles));
        Assert.Empty(answer["problems"]!.AsArray().Select(problem => (string)problem!));
        Assert.True(answer["resources"]!.AsArray().Count > 25, "The grammar finds hardly any resource.");
    }

    [NeedsInfraToolsFact]
    public async Task The_grammar_finds_what_is_broken()
    {
        var broken = Path.GetTempFileName();
        await File.WriteAllTextAsync(broken, InfraTools.Text("infra", "modules", "relay.bicep").Replace("containers: [", "containers: ", StringComparison.Ordinal));
        var answer = await InfraTools.Scripts.AskAsync("check-syntax.mjs", Question([broken]));
        Assert.NotEmpty(answer["problems"]!.AsArray());
        File.Delete(broken);
    }

    [NeedsInfraToolsFact]
    public async Task A_resource_type_has_one_version_everywhere_and_comes_from_no_registry()
    {
        var resources = (await InfraTools.Scripts.AskAsync("check-syntax.mjs", Question(InfraTools.BicepFiles)))["resources"]!.AsArray().Select(one => (string)one!["type"]!).ToList();
        Assert.All(resources, type => Assert.Matches("^Microsoft\\.[A-Za-z]+/[A-Za-z/]+@[0-9]{4}-[0-9]{2}-[0-9]{2}(-preview)?$", type));
        Assert.All(resources.Select(type => type.Split('@')).GroupBy(parts => string.Join('/', parts[0].Split('/')[..2])), type => Assert.Single(type.Select(parts => parts[1]).Distinct()));
        Assert.All(Texts(), file => Assert.DoesNotContain("'br", file.Text, StringComparison.Ordinal));
    }

    [NeedsInfraToolsFact("azure.md")]
    public async Task The_versions_are_those_that_were_compiled_before()
    {
        var facts = await File.ReadAllTextAsync(Checkout.Beside("azure.md")!);
        var known = facts[facts.IndexOf("## API versions that compile", StringComparison.Ordinal)..];
        var resources = (await InfraTools.Scripts.AskAsync("check-syntax.mjs", Question(InfraTools.BicepFiles)))["resources"]!.AsArray().Select(one => (string)one!["type"]!).ToList();
        var beyond = new[] { "Microsoft.Insights/actionGroups", "Microsoft.Insights/metricAlerts", "Microsoft.Insights/scheduledQueryRules", "Microsoft.Consumption/budgets" };
        Assert.All(resources.Where(type => !beyond.Contains(type.Split('@')[0])), type => Assert.Contains(type.Split('@')[1], known, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_role_is_a_known_one_with_its_name_beside_it()
    {
        var used = Texts().SelectMany(file => Guids().Matches(file.Text).Select(match => (file.Text, Id: match.Value))).ToList();
        Assert.Equal(Roles.Keys.Order(), used.Select(one => one.Id).Distinct().Order());
        Assert.All(used, one => Assert.Contains("// " + Roles[one.Id], one.Text, StringComparison.Ordinal));
        if (Checkout.Beside("azure.md") is { } facts)
        {
            Assert.All(Roles, role => Assert.Contains($"{role.Value}{(role.Value == "Storage Blob Data Owner" ? " (Functions host's own storage)" : role.Value == "Storage Blob Data Contributor" ? " (call log)" : "")} {role.Key}", File.ReadAllText(facts), StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_relays_identity_gets_its_vault_the_call_log_and_images_and_nothing_else()
    {
        var resources = InfraTools.Text("infra", "resources.bicep");
        var uses = Regex.Count(resources, "relayIdentity\\.outputs\\.principalId");
        Assert.Equal(3, uses); // vault, call log, registry
        var vault = resources[resources.IndexOf("module relayVault", StringComparison.Ordinal)..resources.IndexOf("module callLog", StringComparison.Ordinal)];
        Assert.DoesNotContain("Twilio", vault, StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_are_the_same_in_the_file_and_in_both_templates()
    {
        var file = JsonNode.Parse(InfraTools.Text("infra", "main.parameters.json"))!["parameters"]!.AsObject().Select(one => one.Key).Order();
        var main = Parameters(InfraTools.Text("infra", "main.bicep"));
        Assert.Equal(file, main);
        Assert.Equal(main.Except(["environmentName"]).Concat(["tags", "token"]).Order(), Parameters(InfraTools.Text("infra", "resources.bicep")));
    }

    [Fact]
    public void Every_parameter_of_the_template_is_described_and_secrets_are_secure_and_without_a_value()
    {
        var blocks = InfraTools.Text("infra", "main.bicep").Split("\n\n").Where(block => Parameter().IsMatch(block)).ToList();
        Assert.All(blocks, block => Assert.Contains("@description('", block, StringComparison.Ordinal));
        var secrets = blocks.Where(block => block.Contains("@secure()", StringComparison.Ordinal)).ToList();
        Assert.Equal(["geminiApiKey", "ticketKey", "twilioApiKeySecret", "twilioApiKeySid", "twilioAuthToken"], secrets.Select(block => Parameter().Match(block).Groups[1].Value).Order());
        Assert.All(secrets, block => Assert.EndsWith("string = ''", block.TrimEnd(), StringComparison.Ordinal));
        Assert.All(
            Texts().Where(file => file.Path.EndsWith("resources.bicep", StringComparison.Ordinal)),
            file => Assert.All(secrets, block => Assert.Contains($"@secure()\nparam {Parameter().Match(block).Groups[1].Value} string", file.Text, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("listKeys(")]
    [InlineData("listSecrets(")]
    [InlineData("@Microsoft.KeyVault")]
    [InlineData("allowSharedKeyAccess: true")]
    [InlineData("adminUserEnabled: true")]
    [InlineData("allowBlobPublicAccess: true")]
    [InlineData("secretRef")]
    [InlineData("b86a8fe4")]
    public void What_must_not_be_is_not(string forbidden) => Assert.All(Texts(), file => Assert.DoesNotContain(forbidden, file.Text, StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void No_secret_leaves_by_an_output()
    {
        var outputs = Texts().SelectMany(file => file.Text.Split('\n')).Where(line => line.StartsWith("output ", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(outputs);
        Assert.All(outputs, line => Assert.DoesNotMatch("(?i)authtoken|apikey|ticketkey|secret\\b|password", line));
    }

    [Fact]
    public void Everything_the_call_log_holds_is_deleted_in_time()
    {
        var code = string.Concat(new[] { "core", "functions/handlers", "media-relay" }.SelectMany(folder => Directory.GetFiles(Path.Combine(Checkout.Root, folder), "*.cs", SearchOption.AllDirectories)).Select(File.ReadAllText));
        var folders = Regex.Matches(code, "new(?: DocumentName)?\\(\"([a-z]+)\", ").Select(match => match.Groups[1].Value).Intersect(Regex.Matches(code, "DocumentName \\w+(?:\\([^)]*\\))? => new\\(\"([a-z]+)\"").Select(match => match.Groups[1].Value))
            .Concat(["calls", "days", "claims", "recordings"]).Distinct().Order();
        var rules = Regex.Matches(InfraTools.Text("infra", "modules", "call-log.bicep"), "'calls/([a-z]+)/'").Select(match => match.Groups[1].Value).Order();
        Assert.Equal(folders, rules);
    }

    private static JsonObject Question(IEnumerable<string> files) => new() { ["grammar"] = "bicep", ["files"] = new JsonArray([.. files.Select(file => (JsonNode)file)]) };

    private static IEnumerable<(string Path, string Text)> Texts() => InfraTools.BicepFiles.Select(path => (path, File.ReadAllText(path)));

    private static IEnumerable<string> Parameters(string bicep) => Parameter().Matches(bicep).Select(match => match.Groups[1].Value).Order();

    [GeneratedRegex("^param (\\w+) ", RegexOptions.Multiline)]
    private static partial Regex Parameter();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Guids();
}
