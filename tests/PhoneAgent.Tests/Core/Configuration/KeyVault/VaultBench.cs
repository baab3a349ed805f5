using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Configuration.KeyVault;
using PhoneAgent.Tests.House;

namespace PhoneAgent.Tests.Core.Configuration.KeyVault;

/// <summary>
/// Services that take secrets out of a vault: the real SecretClient, the real options, a scripted transport and a clock set by hand. No secret may be in
/// their logs, whatever a test does.
/// </summary>
public abstract class VaultBench : IDisposable
{
    private protected static readonly string OldKey = Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray());
    private protected static readonly string NewKey = Convert.ToBase64String(Enumerable.Repeat((byte)2, 32).ToArray());

    private protected ScriptedVault Vault { get; } = new() { Secrets = { ["PhoneAgent--TicketKey"] = OldKey, ["Gemini--ApiKey"] = "gemini-1" } };

    private protected ManualTime Time { get; } = new();

    private protected KeptLog Log { get; } = new();

    private protected string Profiles { get; set; } = "no-profiles";

    public void Dispose()
    {
        CleanLog.Check(Log.Lines, OldKey, NewKey, "gemini-1", "gemini-2", "token-1", "crm-1", "crm-2", "seeded-internal-text", "c2VjcmV0LXNlY3JldA==");
        Vault.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static T Value<T>(IHost host) => host.Services.GetRequiredService<IOptionsMonitor<T>>().CurrentValue;

    private protected static Task ReadAgainAsync(IHost host) => host.Services.GetServices<IHostedService>().OfType<VaultReload>().Single().ReadAgainAsync(default);

    private protected static HostApplicationBuilder Builder(params (string Key, string Value)[] more)
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

    private protected Task<IHost> StartAsync(ServiceRole role, params (string Key, string Value)[] more) => StartAsync(role, Vault, more);

    private protected async Task<IHost> StartAsync(ServiceRole role, ScriptedVault vault, params (string Key, string Value)[] more)
    {
        var builder = Builder(more);
        builder.Logging.AddProvider(Log);
        await builder.AddKeyVaultAsync(role, vault.Client(), Time, Profiles);
        _ = role == ServiceRole.Relay ? builder.Services.AddRelayConfiguration(builder.Configuration) : builder.Services.AddFunctionsConfiguration(builder.Configuration);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
