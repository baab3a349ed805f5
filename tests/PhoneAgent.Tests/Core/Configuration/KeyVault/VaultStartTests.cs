using System.Net;
using Microsoft.Extensions.Hosting;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Configuration.KeyVault;

namespace PhoneAgent.Tests.Core.Configuration.KeyVault;

/// <summary>What a service reads of its vault when it starts, and when it does not start.</summary>
public sealed class VaultStartTests : VaultBench
{
    [Fact]
    public async Task A_service_reads_a_fixed_list_by_name_and_what_is_not_there_is_not_set()
    {
        using var relay = await StartAsync(ServiceRole.Relay);
        Assert.Equal(["PhoneAgent--TicketKey", "PhoneAgent--PreviousTicketKey", "Gemini--ApiKey", "Twilio--AuthToken", "Twilio--PreviousAuthToken"], Vault.Asked);
        Assert.Equal("gemini-1", Value<GeminiSettings>(relay).ApiKey);
        Assert.Null(Value<PhoneAgentSettings>(relay).PreviousTicketKey);

        Vault.Asked.Clear();
        Vault.Secrets["Twilio--AuthToken"] = "token-1";
        using var functions = await StartAsync(ServiceRole.Functions);
        Assert.Equal(["Twilio--ApiKeySid", "Twilio--ApiKeySecret"], Vault.Asked.Skip(5));
        Assert.Equal("token-1", Value<TwilioSettings>(functions).AuthToken);
    }

    [Fact]
    public async Task The_vault_counts_more_than_the_environment_which_fills_in_what_the_vault_lacks()
    {
        using var host = await StartAsync(ServiceRole.Relay, ("Gemini:ApiKey", "forgotten"), ("PhoneAgent:PreviousTicketKey", NewKey));
        Assert.Equal("gemini-1", Value<GeminiSettings>(host).ApiKey);
        Assert.Equal(NewKey, Value<PhoneAgentSettings>(host).PreviousTicketKey);
    }

    [Fact]
    public async Task The_first_reading_waits_for_a_role_to_spread()
    {
        Vault.Failure = asked => asked < 10 ? ScriptedVault.Refusal(HttpStatusCode.Forbidden, "Forbidden") : null!;
        var builder = Builder();
        await builder.AddKeyVaultAsync(ServiceRole.Relay, Vault.Client(), new SkippingTime(), "no-profiles");
        Assert.Equal("gemini-1", builder.Configuration["Gemini:ApiKey"]);
    }

    [Fact]
    public async Task After_a_minute_of_failures_the_service_does_not_start_and_says_why()
    {
        var time = new SkippingTime();
        Vault.Failure = _ => ScriptedVault.Refusal(HttpStatusCode.Forbidden, "Forbidden");
        var refused = await Assert.ThrowsAsync<KeyVaultUnavailableException>(() => Builder().AddKeyVaultAsync(ServiceRole.Relay, Vault.Client(), time, "no-profiles"));
        Assert.StartsWith("PhoneAgent__KeyVaultUri names a vault that cannot be read: PhoneAgent--TicketKey: HTTP 403 Forbidden, ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("seeded-internal-text", refused.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(60), TimeSpan.FromTicks(time.GetTimestamp()));
        Assert.Equal(21, Vault.Asked.Count);
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
