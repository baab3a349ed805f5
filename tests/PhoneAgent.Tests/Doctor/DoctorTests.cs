using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Configuration.KeyVault;
using PhoneAgent.Simulator.Doctor;
using PhoneAgent.Simulator.Load;
using PhoneAgent.Tests.Core.Configuration.KeyVault;

namespace PhoneAgent.Tests.Doctor;

/// <summary>What the doctor finds in a configuration and the stores it names. Exactly one thing is spoilt; it is named, and nothing else.</summary>
public sealed class DoctorTests : DoctorVisits
{
    [Fact]
    public async Task A_healthy_installation_is_found_healthy()
    {
        var findings = await Clinic.VisitAsync();

        Assert.DoesNotContain(findings, one => one.State is FindingState.Problem or FindingState.Skipped);
        Assert.Equal(
            ["Gemini", "Twilio account", "Twilio numbers", "call log", "clocks", "configuration", "functions", "relay"],
            findings.Where(one => one.State == FindingState.Ok).Select(one => one.Check).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Twilio:AccountSid", null, "Twilio__AccountSid is missing")]
    [InlineData("Twilio:AccountSid", "SK00000000000000000000000000000000", "Twilio__AccountSid is not AC and 32 hexadecimal digits")]
    [InlineData("Twilio:AuthToken", null, "Twilio__AuthToken is missing")]
    [InlineData("Twilio:PhoneNumber", "415 555 0100", "Twilio__PhoneNumber is not a phone number in E.164 format")]
    [InlineData("PhoneAgent:WebhookBaseUrl", null, "PhoneAgent__WebhookBaseUrl is missing")]
    [InlineData("PhoneAgent:WebhookBaseUrl", "http://my-agent.example.net", "PhoneAgent__WebhookBaseUrl must be https")]
    [InlineData("PhoneAgent:WebhookBaseUrl", "my-agent.example.net", "PhoneAgent__WebhookBaseUrl is no https address")]
    [InlineData("PhoneAgent:StreamUrl", "wss://relay.example.net/stream?x=1", "PhoneAgent__StreamUrl must not contain a query")]
    [InlineData("PhoneAgent:StreamUrl", "https://relay.example.net/stream", "PhoneAgent__StreamUrl is no wss address")]
    [InlineData("PhoneAgent:TicketKey", null, "PhoneAgent__TicketKey is missing")]
    [InlineData("PhoneAgent:TicketKey", "c2hvcnQ=", "PhoneAgent__TicketKey is shorter than 32 bytes")]
    [InlineData("PhoneAgent:TicketKey", "not base64!", "PhoneAgent__TicketKey is not base64")]
    [InlineData("PhoneAgent:CallLog", "./calls", "PhoneAgent__CallLog")]
    [InlineData("PhoneAgent:Agents:14155550100", "sales", "PhoneAgent__Agents__14155550100 names no agent profile")]
    [InlineData("PhoneAgent:FallbackNumber", "0", "PhoneAgent__FallbackNumber is not a phone number")]
    [InlineData("PhoneAgent:KeyVaultUri", "http://vault.example.net", "PhoneAgent__KeyVaultUri")]
    [InlineData("Gemini:ApiKey", null, "Gemini__ApiKey is missing")]
    [InlineData("Relay:MaxCalls", "many", "Relay__MaxCalls is not a whole number")]
    [InlineData("Outbound:Enabled", "yes", "Outbound__Enabled is neither true nor false")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317", "OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https address")]
    public async Task A_value_that_cannot_be_used_is_named_with_its_fix(string key, string? value, string said)
    {
        Clinic.Environment[key] = value;

        var problem = Assert.Single(await ProblemsAsync());

        Assert.StartsWith(said, problem.What, StringComparison.Ordinal);
        Assert.False(string.IsNullOrWhiteSpace(problem.Fix));
    }

    [Theory]
    [InlineData("Twilio:AuthTokn", "Twilio__AuthTokn is no key", "Do you mean Twilio__AuthToken?")]
    [InlineData("Gemini:Modell", "Gemini__Modell is no key", "Do you mean Gemini__Model?")]
    [InlineData("Relay_DrainSeconds", "Relay_DrainSeconds is no key", "Do you mean Relay__DrainSeconds?")]
    [InlineData("PhoneAgent:Telephone", "PhoneAgent__Telephone is no key", "Remove it")]
    public async Task A_slip_of_the_pen_is_noticed(string key, string said, string fix)
    {
        Clinic.Environment[key] = "10";

        var warning = Assert.Single(await Clinic.VisitAsync(), one => one.What.StartsWith(said, StringComparison.Ordinal));

        Assert.Equal(FindingState.Warning, warning.State);
        Assert.StartsWith(fix, warning.Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PhoneAgent:StreamUrl", "/stream", "", "PhoneAgent__StreamUrl does not end in /stream")]
    [InlineData("PhoneAgent:WebhookBaseUrl", "", "/api", "PhoneAgent__WebhookBaseUrl has a path")]
    public async Task An_address_that_the_services_would_take_but_nobody_reaches_is_named(string key, string without, string with, string said)
    {
        var value = Clinic.Environment[key]!;
        Clinic.Environment[key] = (without.Length > 0 ? value.Replace(without, "", StringComparison.Ordinal) : value) + with;

        Assert.Contains(await ProblemsAsync(), one => one.What.StartsWith(said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Calls_that_may_go_nowhere_are_noticed()
    {
        Clinic.Environment["Outbound:Enabled"] = "true";

        Assert.Contains(await Clinic.VisitAsync(), one => one is { State: FindingState.Warning } && one.What.Contains("no destination is allowed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_profile_with_a_mistake_is_named()
    {
        var agents = Directory.CreateDirectory(Path.Combine(Clinic.Folder, "agents"));
        await File.WriteAllTextAsync(Path.Combine(agents.FullName, "default.json"), """{ "instructions": "Be kind.", "voise": "Kore" }""");

        var problem = Assert.Single(Problems(await Clinic.VisitAsync(Clinic.NewVisit(agents.FullName))));

        Assert.Contains("default.json", problem.What, StringComparison.Ordinal);
        Assert.Contains("voise", problem.What, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_folder_that_cannot_be_written_is_named()
    {
        File.WriteAllText(Path.Combine(Clinic.Folder, "a-file"), "");
        Clinic.Environment["PhoneAgent:CallLog"] = "file:" + Path.Combine(Clinic.Folder, "a-file", "calls");
        return FindsAsync("call log", "PhoneAgent__CallLog cannot be used", "Name a folder");
    }

    [Fact]
    public async Task A_vault_that_refuses_is_named()
    {
        Clinic.Environment["PhoneAgent:KeyVaultUri"] = "https://my-vault.vault.azure.net";
        var vault = new ScriptedVault { Failure = _ => ScriptedVault.Refusal(HttpStatusCode.Forbidden, "ForbiddenByRbac") };

        var problem = Assert.Single(Problems(await Clinic.VisitAsync(Clinic.NewVisit(readVault: (builder, role) => builder.AddKeyVaultAsync(role, vault.Client(), new FastTime(TimeSpan.Zero, TimeSpan.FromMinutes(1)))))));

        Assert.Equal("Key Vault", problem.Check);
        Assert.Contains("403", problem.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_vault_holds_is_what_is_looked_at()
    {
        Clinic.Environment["PhoneAgent:KeyVaultUri"] = "https://my-vault.vault.azure.net";
        var vault = new ScriptedVault { Secrets = { ["Gemini--ApiKey"] = Clinic.Environment["Gemini:ApiKey"]! } };
        Clinic.Environment["Gemini:ApiKey"] = null;

        Assert.Empty(Problems(await Clinic.VisitAsync(Clinic.NewVisit(readVault: (builder, role) => builder.AddKeyVaultAsync(role, vault.Client(), TimeProvider.System)))));
    }

    [Fact]
    public async Task A_collector_that_is_not_there_is_noticed()
    {
        Clinic.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{LoopbackPort.Free()}";

        Assert.Contains(await Clinic.VisitAsync(), one => one is { State: FindingState.Warning, Check: "telemetry" });
    }
}
