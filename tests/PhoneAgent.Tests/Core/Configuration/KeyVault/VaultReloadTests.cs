using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Configuration;

namespace PhoneAgent.Tests.Core.Configuration.KeyVault;

/// <summary>The vault is read again and again, whatever it answers.</summary>
public sealed class VaultReloadTests : VaultBench
{
    [Fact]
    public async Task Every_five_minutes_it_is_read_again_and_a_rotation_needs_no_restart()
    {
        using var host = await StartAsync(ServiceRole.Relay);
        var changed = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = host.Services.GetRequiredService<IOptionsMonitor<GeminiSettings>>().OnChange(gemini => changed.TrySetResult(gemini.ApiKey));
        Vault.Secrets["Gemini--ApiKey"] = "gemini-2";
        Time.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal("gemini-1", Value<GeminiSettings>(host).ApiKey);
        Assert.Equal(5, Vault.Asked.Count);
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("gemini-2", await changed.Task.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("gemini-2", Value<GeminiSettings>(host).ApiKey);

        // The line is written once all listeners have the new value.
        Assert.True(SpinWait.SpinUntil(() => Log.Lines.Any(line => line.Contains("Gemini--ApiKey", StringComparison.Ordinal)), TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Whatever_an_answer_holds_the_host_goes_on_and_reads_again()
    {
        using var host = await StartAsync(ServiceRole.Relay);
        var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        Vault.Failure = _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html>seeded-internal-text") };
        Time.Advance(TimeSpan.FromSeconds(300));
        for (var patience = 0; Log.Lines.All(line => !line.Contains("cannot be read", StringComparison.Ordinal)) && patience < 1_000; patience++)
        {
            await Task.Delay(20);
        }

        var changed = new TaskCompletionSource<string>();
        using var listening = host.Services.GetRequiredService<IOptionsMonitor<GeminiSettings>>().OnChange(gemini => changed.TrySetResult(gemini.ApiKey));
        Vault.Failure = null;
        Vault.Secrets["Gemini--ApiKey"] = "gemini-2";
        Time.Advance(TimeSpan.FromSeconds(300));
        Assert.Equal("gemini-2", await changed.Task.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.False(stopping.IsCancellationRequested);
    }

    [Fact]
    public async Task Loading_all_configuration_again_keeps_the_newest_secrets()
    {
        using var host = await StartAsync(ServiceRole.Relay);
        Vault.Secrets["Gemini--ApiKey"] = "gemini-2";
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
        Vault.Secrets["Gemini--ApiKey"] = "gemini-2";
        Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("gemini-2", await changed.Task.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task An_outage_keeps_the_last_good_values_and_says_so()
    {
        using var host = await StartAsync(ServiceRole.Relay);
        Vault.Secrets["Gemini--ApiKey"] = "gemini-2";
        Vault.Failure = _ => ScriptedVault.Refusal(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable");
        await ReadAgainAsync(host);
        Assert.Equal("gemini-1", Value<GeminiSettings>(host).ApiKey);
        Assert.Contains(Log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("PhoneAgent--TicketKey: HTTP 503", StringComparison.Ordinal));

        Vault.Failure = null;
        await ReadAgainAsync(host);
        Assert.Equal("gemini-2", Value<GeminiSettings>(host).ApiKey);
        Assert.Contains(Log.Lines, line => line.Contains("can be read again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_outage_in_the_middle_of_a_reading_changes_nothing()
    {
        using var host = await StartAsync(ServiceRole.Relay);
        Vault.Secrets["PhoneAgent--TicketKey"] = NewKey;
        Vault.Secrets["Gemini--ApiKey"] = "gemini-2";
        Vault.Failure = asked => asked % 5 == 3 ? throw new HttpRequestException("seeded-internal-text") : null!;
        await ReadAgainAsync(host);
        Assert.Equal(OldKey, Value<PhoneAgentSettings>(host).TicketKey);
        Assert.Equal("gemini-1", Value<GeminiSettings>(host).ApiKey);
        Assert.Contains(Log.Lines, line => line.Contains("Gemini--ApiKey: no connection", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PhoneAgent--TicketKey", "c2VjcmV0LXNlY3JldA==", "PhoneAgent__TicketKey is shorter")]
    [InlineData("PhoneAgent--TicketKey", null, "PhoneAgent__TicketKey is missing")]
    [InlineData("Gemini--ApiKey", null, "Gemini__ApiKey is missing")]
    [InlineData("Twilio--AuthToken", "not a token", "Twilio__AuthToken contains white space")]
    public async Task Secrets_that_would_break_the_configuration_are_not_used(string name, string? value, string problem)
    {
        using var host = await StartAsync(ServiceRole.Relay);
        Vault.Secrets.Remove(name, out _);
        if (value is not null)
        {
            Vault.Secrets[name] = value;
        }

        await ReadAgainAsync(host);
        Assert.Equal(OldKey, Value<PhoneAgentSettings>(host).TicketKey);
        Assert.Equal("gemini-1", Value<GeminiSettings>(host).ApiKey);
        Assert.Null(Value<TwilioSettings>(host).AuthToken);
        var line = Assert.Single(Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
        Assert.Contains(problem, line, StringComparison.Ordinal);
        Assert.DoesNotContain(value ?? OldKey, line, StringComparison.Ordinal);
    }
}
