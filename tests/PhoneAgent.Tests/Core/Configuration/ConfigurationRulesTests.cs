using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Configuration;

namespace PhoneAgent.Tests.Core.Configuration;

public sealed class ConfigurationRulesTests
{
    private const string Secret = "c2VjcmV0LXNlY3JldA==";

    private static readonly Dictionary<string, string?> Complete = new()
    {
        ["Twilio:AccountSid"] = "AC0123456789abcdef0123456789abcdef",
        ["Twilio:AuthToken"] = "token",
        ["PhoneAgent:WebhookBaseUrl"] = "https://my-agent.azurewebsites.net",
        ["PhoneAgent:StreamUrl"] = "wss://relay.example.net/stream",
        ["PhoneAgent:TicketKey"] = Convert.ToBase64String(new byte[32]),
        ["PhoneAgent:CallLog"] = "file:./calls",
        ["Gemini:ApiKey"] = "key",
    };

    [Fact]
    public void A_complete_configuration_serves_both_roles()
    {
        Assert.Empty(Problems(Complete, ServiceRole.Functions, ServiceRole.Relay));
    }

    [Fact]
    public void An_empty_configuration_names_every_missing_key_at_once()
    {
        Assert.Equal(
            ["Twilio__AccountSid", "Twilio__AuthToken", "PhoneAgent__WebhookBaseUrl", "PhoneAgent__StreamUrl", "PhoneAgent__TicketKey", "PhoneAgent__CallLog"],
            Keys(Problems([], ServiceRole.Functions)));
        Assert.Equal(
            ["Twilio__AccountSid", "PhoneAgent__TicketKey", "PhoneAgent__CallLog", "Gemini__ApiKey"],
            Keys(Problems([], ServiceRole.Relay)));
        Assert.All(Problems([], ServiceRole.Relay), problem => Assert.Contains(" is missing. ", problem, StringComparison.Ordinal));
    }

    [Fact]
    public void The_relay_needs_its_address_only_to_check_handshakes()
    {
        Dictionary<string, string?> without = new(Complete) { ["PhoneAgent:StreamUrl"] = " " };
        Assert.Equal(["PhoneAgent__StreamUrl"], Keys(Problems(without, ServiceRole.Relay)));
        without["Twilio:AuthToken"] = null;
        Assert.Empty(Problems(without, ServiceRole.Relay));
    }

    [Theory]
    [InlineData("Twilio:AccountSid", "AC0123")]
    [InlineData("Twilio:AccountSid", "SK0123456789abcdef0123456789abcdef")]
    [InlineData("Twilio:AccountSid", "AC0123456789abcdef0123456789abcdef\n")]
    [InlineData("Twilio:AuthToken", "tok en")]
    [InlineData("Twilio:PreviousAuthToken", "token\n")]
    [InlineData("PhoneAgent:WebhookBaseUrl", "http://my-agent.example.net")]
    [InlineData("PhoneAgent:WebhookBaseUrl", "https://user:pass@my-agent.example.net")]
    [InlineData("PhoneAgent:WebhookBaseUrl", "https://my-agent.example.net?x=1")]
    [InlineData("PhoneAgent:WebhookBaseUrl", "https://my-agent.example.net/#")]
    [InlineData("PhoneAgent:WebhookBaseUrl", "my-agent.example.net")]
    [InlineData("PhoneAgent:WebhookBaseUrl", "/api")]
    [InlineData("PhoneAgent:StreamUrl", "https://relay.example.net/stream")]
    [InlineData("PhoneAgent:StreamUrl", "ws://relay.example.net/stream")]
    [InlineData("PhoneAgent:TicketKey", "c2VjcmV0 &&")]
    [InlineData("PhoneAgent:TicketKey", Secret)]
    [InlineData("PhoneAgent:PreviousTicketKey", Secret)]
    [InlineData("PhoneAgent:CallLog", "./calls")]
    [InlineData("PhoneAgent:CallLog", "http://account.blob.core.windows.net/calls")]
    [InlineData("PhoneAgent:CallLog", "https://account.blob.core.windows.net/calls?sv=2024-11-04&sig=secret")]
    [InlineData("PhoneAgent:CallLog", "https://account.blob.core.windows.net/")]
    [InlineData("PhoneAgent:KeyVaultUri", "http://my-vault.vault.azure.net")]
    [InlineData("PhoneAgent:KeyVaultUri", "https://my-vault.vault.azure.net/secrets")]
    [InlineData("PhoneAgent:KeyVaultReloadSeconds", "9")]
    [InlineData("Gemini:TextModel", "models/gemini-3.6-flash")]
    [InlineData("PhoneAgent:FallbackNumber", "0049123456")]
    [InlineData("PhoneAgent:FallbackNumber", "+0123456")]
    [InlineData("PhoneAgent:Agents:+14155550100", "default")]
    [InlineData("PhoneAgent:Agents:sales", "default")]
    [InlineData("Gemini:Endpoint", "ws://gemini.example.net")]
    [InlineData("Relay:MaxCallMinutes", "0")]
    [InlineData("Relay:MaxCallMinutes", "721")]
    [InlineData("Relay:MaxCallMinutes", "1.5")]
    [InlineData("Relay:MaxCalls", "many")]
    [InlineData("Relay:DrainSeconds", "601")]
    [InlineData("Twilio:PhoneNumber", "0049123456")]
    [InlineData("Twilio:PhoneNumbers:0", "sip:someone")]
    [InlineData("Outbound:Enabled", "perhaps")]
    [InlineData("Outbound:AllowedPrefixes:0", "0049123")]
    [InlineData("Outbound:AllowedPrefixes:1", "+")]
    [InlineData("Outbound:AllowedPrefixes:2", "")]
    [InlineData("Outbound:MaxPerDestinationPerDay", "0")]
    [InlineData("Outbound:MaxPerHour", "1001")]
    [InlineData("Inbound:MaxConcurrentPerCaller", "0")]
    [InlineData("Inbound:BlockedPrefixes:0", "+1 900")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]
    public void A_wrong_value_is_named_by_its_key_and_never_repeated(string key, string value)
    {
        var problem = Assert.Single(Problems(new(Complete) { [key] = value }, ServiceRole.Functions, ServiceRole.Relay));
        Assert.StartsWith(key.Replace(":", "__", StringComparison.Ordinal) + " ", problem, StringComparison.Ordinal);
        if (value.Length > 6 && key != "PhoneAgent:CallLog")
        {
            Assert.DoesNotContain(value, problem, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("PhoneAgent:WebhookBaseUrl", "http://127.0.0.1:5199")]
    [InlineData("PhoneAgent:WebhookBaseUrl", "http://localhost:5199/")]
    [InlineData("PhoneAgent:WebhookBaseUrl", "http://[::1]:5199")]
    [InlineData("PhoneAgent:StreamUrl", "ws://127.0.0.1:5199/stream")]
    [InlineData("PhoneAgent:CallLog", "https://account.blob.core.windows.net/calls")]
    [InlineData("PhoneAgent:CallLog", "http://127.0.0.1:10000/account/calls")]
    [InlineData("Gemini:Endpoint", "ws://127.0.0.1:5200")]
    [InlineData("PhoneAgent:KeyVaultUri", "https://my-vault.vault.azure.net/")]
    [InlineData("PhoneAgent:FallbackNumber", "+14155550100")]
    [InlineData("PhoneAgent:Agents:14155550100", "sales")]
    [InlineData("Relay:MaxCallMinutes", "720")]
    [InlineData("Outbound:AllowedPrefixes:0", "+1")]
    [InlineData("Outbound:AllowedPrefixes:0", "+14155550100")]
    [InlineData("Inbound:BlockedPrefixes:0", "+1900")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]
    [InlineData("Twilio:PhoneNumbers:0", "+14155550100")]
    public void A_right_value_is_taken(string key, string value) =>
        Assert.Empty(Problems(new(Complete) { [key] = value }, ServiceRole.Functions, ServiceRole.Relay));

    [Theory]
    [InlineData("Twilio:ApiKeySid", "SK0123456789abcdef0123456789abcdef", "Twilio__ApiKeySecret")]
    [InlineData("Twilio:ApiKeySecret", "secret", "Twilio__ApiKeySid")]
    public void An_api_key_needs_both_its_halves(string key, string value, string other)
    {
        Dictionary<string, string?> half = new(Complete) { [key] = value };
        Assert.Equal([other], Keys(Problems(half, ServiceRole.Functions)));
        Assert.Empty(Problems(half, ServiceRole.Relay));
        half["Twilio:ApiKeySid"] = "AC0123456789abcdef0123456789abcdef";
        half["Twilio:ApiKeySecret"] = "secret";
        Assert.Equal(["Twilio__ApiKeySid"], Keys(Problems(half, ServiceRole.Functions)));
        half["Twilio:ApiKeySid"] = "SK0123456789abcdef0123456789abcdef";
        Assert.Empty(Problems(half, ServiceRole.Functions));
        half["Twilio:ApiKeySecret"] = "sec ret";
        Assert.Equal(["Twilio__ApiKeySecret"], Keys(Problems(half, ServiceRole.Functions)));
    }

    [Fact]
    public void Outbound_calls_need_a_number_to_come_from()
    {
        Dictionary<string, string?> on = new(Complete) { ["Outbound:Enabled"] = "true" };
        Assert.Equal(["Twilio__PhoneNumber"], Keys(Problems(on, ServiceRole.Functions)));
        Assert.Empty(Problems(on, ServiceRole.Relay));
        on["Twilio:PhoneNumber"] = "+14155550100";
        Assert.Empty(Problems(on, ServiceRole.Functions));
    }

    [Fact]
    public async Task The_host_does_not_start_and_says_all_that_is_wrong()
    {
        var builder = new HostApplicationBuilder();
        builder.Configuration.AddInMemoryCollection([new("Relay:MaxCalls", "many"), new("PhoneAgent:TicketKey", Secret)]);
        builder.Services.AddFunctionsConfiguration(builder.Configuration).AddRelayConfiguration(builder.Configuration);
        using var host = builder.Build();
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Equal(8, refused.Failures.Count());
        Assert.DoesNotContain(Secret, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_are_bound_once_however_many_roles_there_are()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(Complete) { ["PhoneAgent:Agents:14155550100"] = "sales", ["Relay:MaxCalls"] = "7", ["Outbound:AllowedPrefixes:0"] = "+1415" }).Build();
        using var services = new ServiceCollection().AddRelayConfiguration(configuration).AddFunctionsConfiguration(configuration).BuildServiceProvider();
        Assert.Equal("sales", services.GetRequiredService<IOptions<PhoneAgentSettings>>().Value.Agents["14155550100"]);
        Assert.Equal(["+1415"], services.GetRequiredService<IOptions<OutboundSettings>>().Value.AllowedPrefixes);
        Assert.False(services.GetRequiredService<IOptions<OutboundSettings>>().Value.Enabled);
        Assert.Equal(7, services.GetRequiredService<IOptions<RelaySettings>>().Value.MaxCalls);
        Assert.NotNull(services.GetRequiredService<IOptions<StartupChecks>>().Value);
    }

    private static IReadOnlyList<string> Problems(Dictionary<string, string?> values, params ServiceRole[] roles) =>
        ConfigurationRules.Problems(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), roles);

    private static IEnumerable<string> Keys(IReadOnlyList<string> problems) => problems.Select(problem => problem.Split(' ')[0]);
}
