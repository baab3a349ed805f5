using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Configuration.KeyVault;
using PhoneAgent.Simulator.Doctor;
using PhoneAgent.Simulator.Load;
using PhoneAgent.Tests.Core.Configuration.KeyVault;

namespace PhoneAgent.Tests.Doctor;

/// <summary>An installation is healthy, or exactly one thing in it is spoilt: the doctor names it, and nothing else.</summary>
public sealed class DoctorTests : IAsyncLifetime
{
    private Clinic _clinic = null!;

    public async Task InitializeAsync() => _clinic = await Clinic.OpenAsync();

    public Task DisposeAsync() => _clinic.DisposeAsync().AsTask();

    [Fact]
    public async Task A_healthy_installation_is_found_healthy()
    {
        var findings = await _clinic.VisitAsync();

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
    [InlineData("PhoneAgent:WebhookBaseUrl", "my-agent.example.net", "PhoneAgent__WebhookBaseUrl is not a https address")]
    [InlineData("PhoneAgent:StreamUrl", "wss://relay.example.net/stream?x=1", "PhoneAgent__StreamUrl must not contain a query")]
    [InlineData("PhoneAgent:StreamUrl", "https://relay.example.net/stream", "PhoneAgent__StreamUrl is not a wss address")]
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
        _clinic.Environment[key] = value;

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
        _clinic.Environment[key] = "10";

        var warning = Assert.Single(await _clinic.VisitAsync(), one => one.What.StartsWith(said, StringComparison.Ordinal));

        Assert.Equal(FindingState.Warning, warning.State);
        Assert.StartsWith(fix, warning.Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PhoneAgent:StreamUrl", "/stream", "", "PhoneAgent__StreamUrl does not end in /stream")]
    [InlineData("PhoneAgent:WebhookBaseUrl", "", "/api", "PhoneAgent__WebhookBaseUrl has a path")]
    public async Task An_address_that_the_services_would_take_but_nobody_reaches_is_named(string key, string without, string with, string said)
    {
        var value = _clinic.Environment[key]!;
        _clinic.Environment[key] = (without.Length > 0 ? value.Replace(without, "", StringComparison.Ordinal) : value) + with;

        Assert.Contains(await ProblemsAsync(), one => one.What.StartsWith(said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Calls_that_may_go_nowhere_are_noticed()
    {
        _clinic.Environment["Outbound:Enabled"] = "true";

        Assert.Contains(await _clinic.VisitAsync(), one => one is { State: FindingState.Warning } && one.What.Contains("no destination is allowed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_profile_with_a_mistake_is_named()
    {
        var agents = Directory.CreateDirectory(Path.Combine(_clinic.Folder, "agents"));
        await File.WriteAllTextAsync(Path.Combine(agents.FullName, "default.json"), """{ "instructions": "Be kind.", "voise": "Kore" }""");

        var problem = Assert.Single(Problems(await _clinic.VisitAsync(_clinic.NewVisit(agents.FullName))));

        Assert.Contains("default.json", problem.What, StringComparison.Ordinal);
        Assert.Contains("voise", problem.What, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_folder_that_cannot_be_written_is_named()
    {
        File.WriteAllText(Path.Combine(_clinic.Folder, "a-file"), "");
        _clinic.Environment["PhoneAgent:CallLog"] = "file:" + Path.Combine(_clinic.Folder, "a-file", "calls");
        return FindsAsync("call log", "PhoneAgent__CallLog cannot be used", "Name a folder");
    }

    [Fact]
    public Task A_wrong_auth_token_is_named()
    {
        _clinic.Environment["Twilio:AuthToken"] = _clinic.Functions!["Twilio:AuthToken"] = _clinic.Relay!["Twilio:AuthToken"] = "an-old-token";
        return FindsAsync("Twilio account", "Twilio knows no such pair", "Copy both");
    }

    [Fact]
    public Task A_wrong_account_is_named()
    {
        _clinic.Environment["Twilio:AccountSid"] = _clinic.Functions!["Twilio:AccountSid"] = "AC" + new string('2', 32);
        return FindsAsync("Twilio account", "Twilio knows no such pair", "Copy both");
    }

    [Fact]
    public Task A_suspended_account_is_named()
    {
        _clinic.Twilio.Status = "suspended";
        return FindsAsync("Twilio account", "The account is suspended", "Open it again");
    }

    [Fact]
    public async Task A_trial_account_is_noticed()
    {
        _clinic.Twilio.Type = "Trial";

        Assert.Contains(await _clinic.VisitAsync(), one => one is { State: FindingState.Warning, Check: "Twilio account" });
    }

    [Fact]
    public Task Half_an_api_key_is_named()
    {
        _clinic.Environment["Twilio:ApiKeySid"] = _clinic.Twilio.ApiKey.Sid;
        return FindsAsync("configuration", "Twilio__ApiKeySecret is missing", "Copy the API key's secret");
    }

    [Fact]
    public Task A_refused_api_key_is_named()
    {
        _clinic.Environment["Twilio:ApiKeySid"] = _clinic.Twilio.ApiKey.Sid;
        _clinic.Environment["Twilio:ApiKeySecret"] = "another-secret";
        return FindsAsync("Twilio account", "Twilio refuses Twilio__ApiKeySid", "Create a standard API key");
    }

    [Fact]
    public Task A_number_of_somebody_else_is_named()
    {
        _clinic.Environment["Twilio:PhoneNumber"] = "+14155550111";
        return FindsAsync("Twilio numbers", "…0111 is not a number of this account", "Correct Twilio__PhoneNumber");
    }

    [Fact]
    public Task A_number_that_asks_elsewhere_is_named()
    {
        _clinic.Twilio.Numbers[0] = _clinic.Twilio.Numbers[0] with { VoiceUrl = "https://demo.twilio.com/welcome/voice/" };
        return FindsAsync("Twilio numbers", "…0143 asks another address", "Set its “A call comes in”");
    }

    [Fact]
    public Task A_number_that_asks_by_GET_is_named()
    {
        _clinic.Twilio.Numbers[0] = _clinic.Twilio.Numbers[0] with { VoiceMethod = "GET" };
        return FindsAsync("Twilio numbers", "…0143 asks by GET", "Set the method");
    }

    [Fact]
    public Task A_number_without_voice_is_named()
    {
        _clinic.Twilio.Numbers[0] = _clinic.Twilio.Numbers[0] with { Voice = false };
        return FindsAsync("Twilio numbers", "…0143 cannot take voice calls", "Buy a number");
    }

    [Fact]
    public async Task A_number_that_does_not_tell_its_calls_ends_is_noticed()
    {
        _clinic.Twilio.Numbers[0] = _clinic.Twilio.Numbers[0] with { StatusCallback = "" };

        Assert.Contains(await _clinic.VisitAsync(), one => one is { State: FindingState.Warning, Check: "Twilio numbers" });
    }

    [Fact]
    public async Task Without_a_configured_number_the_account_is_searched_for_one_that_asks_these_functions()
    {
        _clinic.Environment["Twilio:PhoneNumber"] = null;
        Assert.Contains(await _clinic.VisitAsync(), one => one is { State: FindingState.Ok, Check: "Twilio numbers" });
        (_clinic.Functions, _clinic.Relay) = (null, null);

        _clinic.Twilio.Numbers.Clear();

        Assert.Contains(await _clinic.VisitAsync(), one => one is { State: FindingState.Warning, Check: "Twilio numbers" } && one.Fix!.Contains("/api/voice/incoming", StringComparison.Ordinal));
    }

    [Fact]
    public Task Functions_that_are_not_there_are_named()
    {
        _clinic.Functions = null;
        return FindsAsync("functions", "The service at PhoneAgent__WebhookBaseUrl refuses the connection", "Deploy or start");
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "PhoneAgent__WebhookBaseUrl answers, but has no /api/health")]
    [InlineData(HttpStatusCode.OK, "Something else answers at PhoneAgent__WebhookBaseUrl")]
    [InlineData(HttpStatusCode.Redirect, "PhoneAgent__WebhookBaseUrl sends elsewhere")]
    [InlineData(HttpStatusCode.BadGateway, "/api/health at PhoneAgent__WebhookBaseUrl answers HTTP 502")]
    public async Task Something_else_in_place_of_the_functions_is_named(HttpStatusCode status, string said)
    {
        _clinic.Functions = null;
        await using var other = await OtherAsync(_clinic.Environment["PhoneAgent:WebhookBaseUrl"]!, status);
        await FindsAsync("functions", said);
    }

    [Fact]
    public Task Functions_with_another_auth_token_are_named()
    {
        _clinic.Functions!["Twilio:AuthToken"] = "the-token-before-the-rotation";
        return FindsAsync("functions", "A request signed with Twilio__AuthToken is refused", "The functions have another Twilio__AuthToken");
    }

    [Fact]
    public Task Functions_that_take_another_address_for_theirs_are_named()
    {
        _clinic.Functions!["PhoneAgent:WebhookBaseUrl"] = "https://my-agent.example.net";
        return FindsAsync("functions", "A request signed with Twilio__AuthToken is refused", "The functions have another Twilio__AuthToken, or take another address");
    }

    [Fact]
    public Task Functions_that_send_calls_to_another_relay_are_named()
    {
        _clinic.Functions!["PhoneAgent:StreamUrl"] = "wss://old-relay.example.net/stream";
        return FindsAsync("functions", "The functions send calls to another relay", "Set the same PhoneAgent__StreamUrl");
    }

    [Fact]
    public Task Functions_that_cannot_use_their_call_log_are_named()
    {
        File.WriteAllText(Path.Combine(_clinic.Folder, "a-file"), "");
        _clinic.Functions!["PhoneAgent:CallLog"] = "file:" + Path.Combine(_clinic.Folder, "a-file", "calls");
        return FindsAsync("functions", "An announced call is answered with the apology", "Give the function app's identity the role");
    }

    [Fact]
    public Task Another_ticket_key_at_the_functions_is_named()
    {
        _clinic.Functions!["PhoneAgent:TicketKey"] = Clinic.NewKey();
        return FindsAsync("relay", "The relay takes tickets of this PhoneAgent__TicketKey, but not those of the functions", "Give the functions the same");
    }

    [Fact]
    public Task Another_ticket_key_at_the_relay_is_named()
    {
        _clinic.Relay!["PhoneAgent:TicketKey"] = Clinic.NewKey();
        return FindsAsync("relay", "The relay refuses the ticket", "Give functions and relay the same");
    }

    [Fact]
    public Task A_relay_that_is_not_there_is_named()
    {
        _clinic.Relay = null;
        return FindsAsync("relay", "The service at PhoneAgent__StreamUrl refuses the connection", "Deploy or start the relay");
    }

    [Fact]
    public async Task Something_else_in_place_of_the_relay_is_named()
    {
        _clinic.Relay = null;
        await using var other = await OtherAsync(_clinic.Environment["PhoneAgent:StreamUrl"]!.Replace("ws:", "http:", StringComparison.Ordinal), HttpStatusCode.OK);
        await FindsAsync("relay", "Something else answers at PhoneAgent__StreamUrl");
    }

    [Fact]
    public async Task Clocks_that_differ_are_named()
    {
        var findings = Problems(await _clinic.VisitAsync(_clinic.NewVisit(time: new FastTime(TimeSpan.FromMinutes(10)))));

        Assert.Contains(findings, one => one.Check == "clocks" && one.What.Contains("the functions and this machine differ by 60", StringComparison.Ordinal));
        Assert.Contains(findings, one => one.Check == "clocks" && one.What.Contains("the relay and this machine differ by 60", StringComparison.Ordinal));
    }

    [Fact]
    public Task A_refused_gemini_key_is_named()
    {
        _clinic.Environment["Gemini:ApiKey"] = "another-key";
        return FindsAsync("Gemini", "Gemini__ApiKey is refused", "Create a key");
    }

    [Fact]
    public Task An_unknown_model_is_named()
    {
        _clinic.Environment["Gemini:Model"] = "gemini-9-live";
        return FindsAsync("Gemini", "The model gemini-9-live is unknown", "Correct Gemini__Model");
    }

    [Fact]
    public Task A_gemini_that_cannot_be_reached_is_named()
    {
        _clinic.Environment["Gemini:Endpoint"] = $"ws://127.0.0.1:{LoopbackPort.Free()}";
        return FindsAsync("Gemini", "Gemini cannot be reached", "Look at Gemini__Endpoint");
    }

    [Fact]
    public async Task A_vault_that_refuses_is_named()
    {
        _clinic.Environment["PhoneAgent:KeyVaultUri"] = "https://my-vault.vault.azure.net";
        var vault = new ScriptedVault { Failure = _ => ScriptedVault.Refusal(HttpStatusCode.Forbidden, "ForbiddenByRbac") };

        var problem = Assert.Single(Problems(await _clinic.VisitAsync(_clinic.NewVisit(readVault: (builder, role) => builder.AddKeyVaultAsync(role, vault.Client(), new FastTime(TimeSpan.Zero, TimeSpan.FromMinutes(1)))))));

        Assert.Equal("Key Vault", problem.Check);
        Assert.Contains("403", problem.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_vault_holds_is_what_is_looked_at()
    {
        _clinic.Environment["PhoneAgent:KeyVaultUri"] = "https://my-vault.vault.azure.net";
        var vault = new ScriptedVault { Secrets = { ["Gemini--ApiKey"] = _clinic.Environment["Gemini:ApiKey"]! } };
        _clinic.Environment["Gemini:ApiKey"] = null;

        Assert.Empty(Problems(await _clinic.VisitAsync(_clinic.NewVisit(readVault: (builder, role) => builder.AddKeyVaultAsync(role, vault.Client(), TimeProvider.System)))));
    }

    [Fact]
    public async Task A_collector_that_is_not_there_is_noticed()
    {
        _clinic.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{LoopbackPort.Free()}";

        Assert.Contains(await _clinic.VisitAsync(), one => one is { State: FindingState.Warning, Check: "telemetry" });
    }

    private static IReadOnlyList<Finding> Problems(IEnumerable<Finding> findings) => [.. findings.Where(one => one.State == FindingState.Problem)];

    private static async Task<WebApplication> OtherAsync(string address, HttpStatusCode status)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add(new Uri(address).GetLeftPart(UriPartial.Authority));
        app.MapFallback(() => status == HttpStatusCode.Redirect ? Results.Redirect("https://www.example.net/") : Results.Text("<html>You are about to visit…", "text/html", null, (int)status));
        await app.StartAsync();
        return app;
    }

    private async Task<IReadOnlyList<Finding>> ProblemsAsync() => Problems(await _clinic.VisitAsync());

    private async Task FindsAsync(string check, string said, string? fix = null)
    {
        var problem = Assert.Single(await ProblemsAsync());

        Assert.Equal(check, problem.Check);
        Assert.StartsWith(said, problem.What, StringComparison.Ordinal);
        Assert.StartsWith(fix ?? "", problem.Fix, StringComparison.Ordinal);
        Assert.False(string.IsNullOrWhiteSpace(problem.Fix));
    }

    // Ahead by so much; when a step is given, each look at it is that much later, and delays are over at once.
    private sealed class FastTime(TimeSpan ahead, TimeSpan step = default) : TimeProvider
    {
        private long _looks;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + ahead;

        public override long GetTimestamp() => base.GetTimestamp() + (Interlocked.Increment(ref _looks) * step.Ticks * TimestampFrequency / TimeSpan.TicksPerSecond);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, step > TimeSpan.Zero ? TimeSpan.Zero : dueTime, period);
    }
}
