using System.Text.Json.Nodes;

namespace PhoneAgent.Tests.Infra;

/// <summary>azure.yaml: by azd's own schema where it lies beside the repository, and by what it names.</summary>
public sealed class AzureYamlTests
{
    private static readonly string File = Path.Combine(Checkout.Root, "azure.yaml");

    [NeedsInfraToolsFact("azure.yaml.schema.json")]
    public async Task It_is_valid_by_the_official_schema()
    {
        var answer = await AskAsync(File, Checkout.Beside("azure.yaml.schema.json"));
        Assert.Empty(answer["problems"]!.AsArray().Select(problem => (string)problem!));

        var broken = Path.GetTempFileName();
        await System.IO.File.WriteAllTextAsync(broken, (await System.IO.File.ReadAllTextAsync(File)).Replace("host: function", "hosts: function", StringComparison.Ordinal).Replace("preprovision:", "beforeprovision:", StringComparison.Ordinal));
        Assert.True((await AskAsync(broken, Checkout.Beside("azure.yaml.schema.json")))["problems"]!.AsArray().Count >= 2);
        System.IO.File.Delete(broken);
    }

    [NeedsInfraToolsFact]
    public async Task Every_service_is_tagged_in_the_infrastructure_and_every_path_exists()
    {
        var content = (await AskAsync(File, null))["content"]!;
        var bicep = string.Concat(InfraTools.BicepFiles.Select(System.IO.File.ReadAllText));
        foreach (var (name, service) in content["services"]!.AsObject())
        {
            Assert.Contains($"'azd-service-name': '{name}'", bicep, StringComparison.Ordinal);
            Assert.True(Directory.Exists(Path.Combine(Checkout.Root, (string)service!["project"]!)));
            if (service["docker"] is { } docker)
            {
                Assert.True(System.IO.File.Exists(Path.Combine(Checkout.Root, (string)service["project"]!, (string)docker["path"]!)));
                Assert.Equal(Path.GetFullPath(Checkout.Root), Path.GetFullPath(Path.Combine(Checkout.Root, (string)service["project"]!, (string)docker["context"]!)).TrimEnd(Path.DirectorySeparatorChar));
            }
        }

        foreach (var (_, hook) in content["hooks"]!.AsObject())
        {
            Assert.All(["posix", "windows"], system => Assert.True(System.IO.File.Exists(Path.Combine(Checkout.Root, (string)hook![system]!["run"]!))));
        }
    }

    [NeedsInfraToolsFact]
    public async Task What_azd_substitutes_is_its_own_an_output_or_set_by_a_hook_or_the_owner()
    {
        var content = (await AskAsync(File, null))["content"]!;
        var relay = content["services"]!.AsObject().Single(service => service.Key != "functions").Key.ToUpperInvariant().Replace('-', '_');
        var used = System.Text.RegularExpressions.Regex.Matches(InfraTools.Text("infra", "main.parameters.json"), "\\$\\{([A-Z_]+)").Select(match => match.Groups[1].Value);
        Assert.Equal(
            new[]
            {
                "AZURE_ENV_NAME", "AZURE_LOCATION", $"SERVICE_{relay}_IMAGE_NAME", $"SERVICE_{relay}_RESOURCE_EXISTS",
                "ALERT_EMAIL", "BUDGET_START", "GEMINI_API_KEY", "OTLP_ENDPOINT", "TICKET_KEY",
                "TWILIO_ACCOUNT_SID", "TWILIO_API_KEY_SECRET", "TWILIO_API_KEY_SID", "TWILIO_AUTH_TOKEN", "TWILIO_PHONE_NUMBER",
            }.Order(),
            used.Order());
    }

    private static Task<JsonNode> AskAsync(string file, string? schema) => InfraTools.Scripts.AskAsync("check-azure-yaml.mjs", new JsonObject { ["file"] = file, ["schema"] = schema });
}
