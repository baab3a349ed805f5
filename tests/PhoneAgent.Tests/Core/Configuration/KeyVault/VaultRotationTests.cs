using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Trust;

namespace PhoneAgent.Tests.Core.Configuration.KeyVault;

/// <summary>Secrets are replaced while services run, without a restart and without a call lost.</summary>
public sealed class VaultRotationTests : VaultBench
{
    private static readonly CallSid Call = CallSid.Parse("CA0123456789abcdef0123456789abcdef");

    [Fact]
    public async Task Secrets_that_profiles_name_are_read_for_the_relays_tools_and_may_rotate_but_not_vanish()
    {
        var folder = Directory.CreateTempSubdirectory("profiles-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "sales.json"), """{"tools":[{"headers":{"Authorization":"Bearer {secret:CRM_TOKEN}","X-Key":"{secret:CRM_TOKEN}{secret:Other}"}}]}""");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "agent.schema.json"), "{secret:NAME}");
        Profiles = folder.FullName;
        Vault.Secrets["Tools--Secrets--CRM-TOKEN"] = "crm-1";
        using var relay = await StartAsync(ServiceRole.Relay);
        Assert.Equal(["Tools--Secrets--CRM-TOKEN", "Tools--Secrets--Other"], Vault.Asked.Skip(5));
        Assert.Equal("crm-1", Value<ToolSettings>(relay).Secrets["CRM_TOKEN"]);

        Vault.Secrets["Tools--Secrets--CRM-TOKEN"] = "crm-2";
        await ReadAgainAsync(relay);
        Assert.Equal("crm-2", Value<ToolSettings>(relay).Secrets["CRM_TOKEN"]);
        Vault.Secrets.Remove("Tools--Secrets--CRM-TOKEN", out _);
        await ReadAgainAsync(relay);
        Assert.Equal("crm-2", Value<ToolSettings>(relay).Secrets["CRM_TOKEN"]);
        Assert.Contains(Log.Lines, line => line.Contains("Tools__Secrets__CRM_TOKEN is missing", StringComparison.Ordinal));

        Vault.Asked.Clear();
        using var functions = await StartAsync(ServiceRole.Functions, new ScriptedVault { Secrets = { ["PhoneAgent--TicketKey"] = OldKey, ["Twilio--AuthToken"] = "token" } });
        Assert.Empty(Vault.Asked);
        folder.Delete(recursive: true);
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

        Vault.Secrets["PhoneAgent--PreviousTicketKey"] = NewKey; // 1. the relay takes both
        await ReadAgainAsync(relay);
        Assert.Equal([TicketOutcome.Genuine, TicketOutcome.Genuine], [Check(before), Check(Write())]);

        functions.Secrets["PhoneAgent--TicketKey"] = NewKey; // 2. the functions write with the new one
        var late = Write();
        await ReadAgainAsync(handlers);
        var after = Write();
        Assert.Equal([TicketOutcome.Genuine, TicketOutcome.Genuine], [Check(late), Check(after)]);

        Vault.Secrets["PhoneAgent--TicketKey"] = NewKey; // 3. the relay forgets the old one
        Vault.Secrets.Remove("PhoneAgent--PreviousTicketKey", out _);
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

    private static StreamTickets Tickets(IHost host) => new(host.Services.GetRequiredService<IOptionsMonitor<PhoneAgentSettings>>(), TimeProvider.System);
}
