using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Configuration.KeyVault;
using PhoneAgent.Core.Trust;
using PhoneAgent.Tests.House;

namespace PhoneAgent.Tests.Core.Configuration.KeyVault;

/// <summary>Secrets out of a vault: the real SecretClient, the real options, a scripted transport and a clock set by hand.</summary>
public sealed class KeyVaultTests : IDisposable
{
    private static readonly string OldKey = Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray());
    private static readonly string NewKey = Convert.ToBase64String(Enumerable.Repeat((byte)2, 32).ToArray());
    private static readonly CallSid Call = CallSid.Parse("CA0123456789abcdef0123456789abcdef");

    private readonly ScriptedVault _vault = new() { Secrets = { ["PhoneAgent--TicketKey"] = OldKey, ["Gemini--ApiKey"] = "gemini-1" } };
    private readonly Relay.ManualTime _time = new();
    private readonly KeptLog _log = new();
    private string _profiles = "no-profiles";

    [Fact]
    public async Task A_service_reads_a_fixed_list_by_name_and_what_is_not_there_is_not_set()
    {
        using var relay = await StartAsync(ServiceRole.Relay);
        Assert.Equal(["PhoneAgent--TicketKey", "PhoneAgent--PreviousTicketKey", "Gemini--ApiKey", "Twilio--AuthToken", "Twilio--PreviousAuthToken"], _vault.Asked);
        Assert.Equal("gemini-1", Value<GeminiSettings>(relay).ApiKey);
        Assert.Null(Value<PhoneAgentSettings>(relay).PreviousTicketKey);

        _vault.Asked.Clear();
        _vault.Secrets["Twilio--AuthToken"] = "token-1";
        using var functions = await StartAsync(ServiceRole.Functions);
        Assert.Equal(["Twilio--ApiKeySid", "Twilio--ApiKeySecret"], _vault.Asked.Skip(5));
        Assert.Equal("token-1", Value<TwilioSettings>(functions).AuthToken);
    }

    [Fact]
    public async Task Secrets_that_profiles_name_are_read_for_the_relays_tools_and_may_rotate_but_not_vanish()
    {
        var folder = Directory.CreateTempSubdirectory("profiles-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "sales.json"), """{"tools":[{"headers":{"Authorization":"Bearer {secret:CRM_TOKEN}","X-Key":"{secret:CRM_TOKEN}{secret:Other}"}}]}""");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "agent.schema.json"), "{secret:NAME}");
        _profiles = folder.FullName;
        _vault.Secrets["Tools--Secrets--CRM-TOKEN"] = "crm-1";
        using var relay = await StartAsync(ServiceRole.Relay);
        Assert.Equal(["Tools--Secrets--CRM-TOKEN", "Tools--Secrets--Other"], _vault.Asked.Skip(5));
        Assert.Equal("crm-1", Value<ToolSettings>(relay).Secrets["CRM_TOKEN"]);

        _vault.Secrets["Tools--Secrets--CRM-TOKEN"] = "crm-2";
        await ReadAgainAsync(relay);
        Assert.Equal("crm-2", Value<ToolSettings>(relay).Secrets["CRM_TOKEN"]);
        _vault.Secrets.Remove("Tools--Secrets--CRM-TOKEN", out _);
        await ReadAgainAsync(relay);
        Assert.Equal("crm-2", Value<ToolSettings>(relay).Secrets["CRM_TOKEN"]);
        Assert.Contains(_log.Lines, line => line.Contains("Tools__Secrets__CRM_TOKEN is missing", StringComparison.Ordinal));

        _vault.Asked.Clear();
        using var functions = await StartAsync(ServiceRole.Functions, new ScriptedVault { Secrets = { ["PhoneAgent--TicketKey"] = OldKey, ["Twilio--AuthToken"] = "token" } });
        Assert.Empty(_vault.Asked);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_vault_counts_more_than_the_environment_which_fills_in_what_the_vault_lacks()
    {
        using var host = await StartAsync(ServiceRole.Relay, ("Gemini:ApiKey", "forgotten"), ("PhoneAgent:PreviousTicketKey", NewKey));
        Assert.Equal("gemini-1", Value<GeminiSettings>(host).ApiKey);
        Assert.Equal(NewKey, Value<PhoneAgentSettings>(host).PreviousTicketKey);
    }

    [Fact]
    public async Task Every_five_minutes_it_is_read_again_and_a_rotation_needs_no_restart()
    {
        using var host = await StartAsync(ServiceRole.Relay);
        var changed = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = host.Services.GetRequiredService<IOptionsMonitor<GeminiSettings>>().OnChange(gemini => changed.TrySetResult(gemini.ApiKey));
        _vault.Secrets["Gemini--ApiKey"] = "gemini-2";
        _time.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal("gemini-1", Value<GeminiSettings>(host).ApiKey);
        Assert.Equal(5, _vault.Asked.Count);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("gemini-2", await changed.Task.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("gemini-2", Value<GeminiSettings>(host).ApiKey);

        // The line is written once all listeners have the new value.
        Assert.True(SpinWait.SpinUntil(() => _log.Lines.Any(line => line.Contains("Gemini--ApiKey", StringComparison.Ordinal)), TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Whatever_an_answer_holds_the_host_goes_on_and_reads_again()
    {
        using var host = await StartAsync(ServiceRole.Relay);
        var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        _vault.Failure = _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html>seeded-internal-text") };
        _time.Advance(TimeSpan.FromSeconds(300));
        for (var patience = 0; _log.Lines.All(line => !line.Contains("cannot be read", StringComparison.Ordinal)) && patience < 1_000; patience++)
        {
            await Task.Delay(20);
        }

        var changed = new TaskCompletionSource<string>();
        using var listening = host.Services.GetRequiredService<IOptionsMonitor<GeminiSettings>>().OnChange(gemini => changed.TrySetResult(gemini.ApiKey));
        _vault.Failure = null;
        _vault.Secrets["Gemini--ApiKey"] = "gemini-2";
        _time.Advance(TimeSpan.FromSeconds(300));
        Assert.Equal("gemini-2", await changed.Task.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.False(stopping.IsCancellationRequested);
    }

    [Fact]
    public async Task Loading_all_configuration_again_keeps_the_newest_secrets()
    {
        using var host = await StartAsync(ServiceRole.Relay);
        _vault.Secrets["Gemini--ApiKey"] = "gemini-2";
        await ReadAgainAsync(host);
        ((IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>()).Reload();
        Assert.Equal("gemini-2", Value<GeminiSettings>(host).ApiKey);
    }

    [Fact]
    public async Task The_interval_is_a_setting()
    {
        using var host = await StartAsync(ServiceRole.Relay, ("PhoneAgent:KeyVaultReloadSeconds", "10"));
        var changed = new TaskCompletionSource<string>();
        using var listening = host.Services.GetRequiredService<IOptionsMonitor<GeminiSettings>>().OnChange(gemini => changed.TrySetResult(gemini.ApiKey));
        _vault.Secrets["Gemini--ApiKey"] = "gemini-2";
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("gemini-2", await changed.Task.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task An_outage_keeps_the_last_good_values_and_says_so()
    {
        using var host = await StartAsync(ServiceRole.Relay);
        _vault.Secrets["Gemini--ApiKey"] = "gemini-2";
        _vault.Failure = _ => ScriptedVault.Refusal(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable");
        await ReadAgainAsync(host);
        Assert.Equal("gemini-1", Value<GeminiSettings>(host).ApiKey);
        Assert.Contains(_log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("PhoneAgent--TicketKey: HTTP 503", StringComparison.Ordinal));

        _vault.Failure = null;
        await ReadAgainAsync(host);
        Assert.Equal("gemini-2", Value<GeminiSettings>(host).ApiKey);
        Assert.Contains(_log.Lines, line => line.Contains("can be read again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_outage_in_the_middle_of_a_reading_changes_nothing()
    {
        using var host = await StartAsync(ServiceRole.Relay);
        _vault.Secrets["PhoneAgent--TicketKey"] = NewKey;
        _vault.Secrets["Gemini--ApiKey"] = "gemini-2";
        _vault.Failure = asked => asked % 5 == 3 ? throw new HttpRequestException("seeded-internal-text") : null!;
        await ReadAgainAsync(host);
        Assert.Equal(OldKey, Value<PhoneAgentSettings>(host).TicketKey);
        Assert.Equal("gemini-1", Value<GeminiSettings>(host).ApiKey);
        Assert.Contains(_log.Lines, line => line.Contains("Gemini--ApiKey: no connection", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PhoneAgent--TicketKey", "c2VjcmV0LXNlY3JldA==", "PhoneAgent__TicketKey is shorter")]
    [InlineData("PhoneAgent--TicketKey", null, "PhoneAgent__TicketKey is missing")]
    [InlineData("Gemini--ApiKey", null, "Gemini__ApiKey is missing")]
    [InlineData("Twilio--AuthToken", "not a token", "Twilio__AuthToken contains white space")]
    public async Task Secrets_that_would_break_the_configuration_are_not_used(string name, string? value, string problem)
    {
        using var host = await StartAsync(ServiceRole.Relay);
        _vault.Secrets.Remove(name, out _);
        if (value is not null)
        {
            _vault.Secrets[name] = value;
        }

        await ReadAgainAsync(host);
        Assert.Equal(OldKey, Value<PhoneAgentSettings>(host).TicketKey);
        Assert.Equal("gemini-1", Value<GeminiSettings>(host).ApiKey);
        Assert.Null(Value<TwilioSettings>(host).AuthToken);
        var line = Assert.Single(_log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
        Assert.Contains(problem, line, StringComparison.Ordinal);
        Assert.DoesNotContain(value ?? OldKey, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_documented_rotation_of_the_ticket_key_refuses_no_ticket_at_any_step()
    {
        using var relay = await StartAsync(ServiceRole.Relay);
        var functions = new ScriptedVault { Secrets = { ["PhoneAgent--TicketKey"] = OldKey, ["Twilio--AuthToken"] = "token" } };
        using var handlers = await StartAsync(ServiceRole.Functions, functions);
        var (writes, checks) = (Tickets(handlers), Tickets(relay));
        string Write() => writes.Write(Call, writes.NewTerms());
        TicketOutcome Check(string ticket) => checks.Check(Call, ticket).Outcome;
        var before = Write();

        _vault.Secrets["PhoneAgent--PreviousTicketKey"] = NewKey; // 1. the relay takes both
        await ReadAgainAsync(relay);
        Assert.Equal([TicketOutcome.Genuine, TicketOutcome.Genuine], [Check(before), Check(Write())]);

        functions.Secrets["PhoneAgent--TicketKey"] = NewKey; // 2. the functions write with the new one
        var late = Write();
        await ReadAgainAsync(handlers);
        var after = Write();
        Assert.Equal([TicketOutcome.Genuine, TicketOutcome.Genuine], [Check(late), Check(after)]);

        _vault.Secrets["PhoneAgent--TicketKey"] = NewKey; // 3. the relay forgets the old one
        _vault.Secrets.Remove("PhoneAgent--PreviousTicketKey", out _);
        await ReadAgainAsync(relay);
        Assert.Equal([TicketOutcome.Forged, TicketOutcome.Genuine], [Check(before), Check(after)]);
    }

    [Fact]
    public async Task During_a_rotation_of_the_auth_token_both_sign()
    {
        var functions = new ScriptedVault { Secrets = { ["PhoneAgent--TicketKey"] = OldKey, ["Twilio--AuthToken"] = "old" } };
        using var host = await StartAsync(ServiceRole.Functions, functions);
        functions.Secrets["Twilio--PreviousAuthToken"] = "new";
        await ReadAgainAsync(host);
        Assert.Equal(("old", "new"), (Value<TwilioSettings>(host).AuthToken, Value<TwilioSettings>(host).PreviousAuthToken));
        functions.Secrets["Twilio--AuthToken"] = "new";
        functions.Secrets.Remove("Twilio--PreviousAuthToken", out _);
        await ReadAgainAsync(host);
        Assert.Equal(("new", null), (Value<TwilioSettings>(host).AuthToken, Value<TwilioSettings>(host).PreviousAuthToken));
    }

    [Fact]
    public async Task The_first_reading_waits_for_a_role_to_spread()
    {
        _vault.Failure = asked => asked < 10 ? ScriptedVault.Refusal(HttpStatusCode.Forbidden, "Forbidden") : null!;
        var builder = Builder();
        await builder.AddKeyVaultAsync(ServiceRole.Relay, _vault.Client(), new SkippingTime(), "no-profiles");
        Assert.Equal("gemini-1", builder.Configuration["Gemini:ApiKey"]);
    }

    [Fact]
    public async Task After_a_minute_of_failures_the_service_does_not_start_and_says_why()
    {
        var time = new SkippingTime();
        _vault.Failure = _ => ScriptedVault.Refusal(HttpStatusCode.Forbidden, "Forbidden");
        var refused = await Assert.ThrowsAsync<KeyVaultUnavailableException>(() => Builder().AddKeyVaultAsync(ServiceRole.Relay, _vault.Client(), time, "no-profiles"));
        Assert.StartsWith("PhoneAgent__KeyVaultUri names a vault that cannot be read: PhoneAgent--TicketKey: HTTP 403 Forbidden, ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("seeded-internal-text", refused.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(60), TimeSpan.FromTicks(time.GetTimestamp()));
        Assert.Equal(21, _vault.Asked.Count);
    }

    [Fact]
    public async Task Without_a_vault_nothing_is_read()
    {
        var builder = Builder();
        var sources = builder.Configuration.Sources.Count;
        await builder.AddKeyVaultAsync(ServiceRole.Relay);
        Assert.Equal(sources, builder.Configuration.Sources.Count);
        Assert.DoesNotContain(builder.Services, service => service.ServiceType == typeof(IHostedService));
    }

    public void Dispose()
    {
        CleanLog.Check(_log.Lines, OldKey, NewKey, "gemini-1", "gemini-2", "token-1", "crm-1", "crm-2", "seeded-internal-text", "c2VjcmV0LXNlY3JldA==");
        _vault.Dispose();
    }

    private static T Value<T>(IHost host) => host.Services.GetRequiredService<IOptionsMonitor<T>>().CurrentValue;

    private static StreamTickets Tickets(IHost host) => new(host.Services.GetRequiredService<IOptionsMonitor<PhoneAgentSettings>>(), TimeProvider.System);

    private static Task ReadAgainAsync(IHost host) => host.Services.GetServices<IHostedService>().OfType<VaultReload>().Single().ReadAgainAsync(default);

    private static HostApplicationBuilder Builder(params (string Key, string Value)[] more)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Twilio:AccountSid"] = "AC0123456789abcdef0123456789abcdef",
            ["PhoneAgent:CallLog"] = "file:./calls",
            ["PhoneAgent:StreamUrl"] = "wss://relay.example.net/stream",
            ["PhoneAgent:WebhookBaseUrl"] = "https://functions.example.net",
        });
        builder.Configuration.AddInMemoryCollection(more.Select(one => KeyValuePair.Create<string, string?>(one.Key, one.Value)));
        return builder;
    }

    private Task<IHost> StartAsync(ServiceRole role, params (string Key, string Value)[] more) => StartAsync(role, _vault, more);

    private async Task<IHost> StartAsync(ServiceRole role, ScriptedVault vault, params (string Key, string Value)[] more)
    {
        var builder = Builder(more);
        builder.Logging.AddProvider(_log);
        await builder.AddKeyVaultAsync(role, vault.Client(), _time, _profiles);
        _ = role == ServiceRole.Relay ? builder.Services.AddRelayConfiguration(builder.Configuration) : builder.Services.AddFunctionsConfiguration(builder.Configuration);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>A clock that skips every wait.</summary>
    private sealed class SkippingTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _now += dueTime.Ticks;
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
