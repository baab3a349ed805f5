using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Configuration.KeyVault;
using PhoneAgent.Simulator.Doctor;
using PhoneAgent.Simulator.Load;
using PhoneAgent.Tests.Core.Configuration.KeyVault;

namespace PhoneAgent.Tests.Doctor;

/// <summary>What the doctor finds at Twilio, the functions, the relay and Gemini. Exactly one thing is spoilt; it is named, and nothing else.</summary>
public sealed class DoctorAmongServicesTests : DoctorVisits
{
    [Fact]
    public Task A_wrong_auth_token_is_named()
    {
        Clinic.Environment["Twilio:AuthToken"] = Clinic.Functions!["Twilio:AuthToken"] = Clinic.Relay!["Twilio:AuthToken"] = "an-old-token";
        return FindsAsync("Twilio account", "Twilio knows no such pair", "Copy both");
    }

    [Fact]
    public Task A_wrong_account_is_named()
    {
        Clinic.Environment["Twilio:AccountSid"] = Clinic.Functions!["Twilio:AccountSid"] = "AC" + new string('2', 32);
        return FindsAsync("Twilio account", "Twilio knows no such pair", "Copy both");
    }

    [Fact]
    public Task A_suspended_account_is_named()
    {
        Clinic.Twilio.Status = "suspended";
        return FindsAsync("Twilio account", "The account is suspended", "Open it again");
    }

    [Fact]
    public async Task A_trial_account_is_noticed()
    {
        Clinic.Twilio.Type = "Trial";

        Assert.Contains(await Clinic.VisitAsync(), one => one is { State: FindingState.Warning, Check: "Twilio account" });
    }

    [Fact]
    public Task Half_an_api_key_is_named()
    {
        Clinic.Environment["Twilio:ApiKeySid"] = Clinic.Twilio.ApiKey.Sid;
        return FindsAsync("configuration", "Twilio__ApiKeySecret is missing", "Copy the API key's secret");
    }

    [Fact]
    public Task A_refused_api_key_is_named()
    {
        Clinic.Environment["Twilio:ApiKeySid"] = Clinic.Twilio.ApiKey.Sid;
        Clinic.Environment["Twilio:ApiKeySecret"] = "another-secret";
        return FindsAsync("Twilio account", "Twilio refuses Twilio__ApiKeySid", "Create a standard API key");
    }

    [Fact]
    public Task A_number_of_somebody_else_is_named()
    {
        Clinic.Environment["Twilio:PhoneNumber"] = "+14155550111";
        return FindsAsync("Twilio numbers", "…0111 is not a number of this account", "Correct Twilio__PhoneNumber");
    }

    [Fact]
    public Task A_number_that_asks_elsewhere_is_named()
    {
        Clinic.Twilio.Numbers[0] = Clinic.Twilio.Numbers[0] with { VoiceUrl = "https://demo.twilio.com/welcome/voice/" };
        return FindsAsync("Twilio numbers", "…0143 asks another address", "Set its “A call comes in”");
    }

    [Fact]
    public Task A_number_that_asks_by_GET_is_named()
    {
        Clinic.Twilio.Numbers[0] = Clinic.Twilio.Numbers[0] with { VoiceMethod = "GET" };
        return FindsAsync("Twilio numbers", "…0143 asks by GET", "Set the method");
    }

    [Fact]
    public Task A_number_without_voice_is_named()
    {
        Clinic.Twilio.Numbers[0] = Clinic.Twilio.Numbers[0] with { Voice = false };
        return FindsAsync("Twilio numbers", "…0143 cannot take voice calls", "Buy a number");
    }

    [Fact]
    public async Task A_number_that_does_not_tell_its_calls_ends_is_noticed()
    {
        Clinic.Twilio.Numbers[0] = Clinic.Twilio.Numbers[0] with { StatusCallback = "" };

        Assert.Contains(await Clinic.VisitAsync(), one => one is { State: FindingState.Warning, Check: "Twilio numbers" });
    }

    [Fact]
    public async Task Without_a_configured_number_the_account_is_searched_for_one_that_asks_these_functions()
    {
        Clinic.Environment["Twilio:PhoneNumber"] = null;
        Assert.Contains(await Clinic.VisitAsync(), one => one is { State: FindingState.Ok, Check: "Twilio numbers" });
        (Clinic.Functions, Clinic.Relay) = (null, null);

        Clinic.Twilio.Numbers.Clear();

        Assert.Contains(await Clinic.VisitAsync(), one => one is { State: FindingState.Warning, Check: "Twilio numbers" } && one.Fix!.Contains("/api/voice/incoming", StringComparison.Ordinal));
    }

    [Fact]
    public Task Functions_that_are_not_there_are_named()
    {
        Clinic.Functions = null;
        return FindsAsync("functions", "The service at PhoneAgent__WebhookBaseUrl refuses the connection", "Deploy or start");
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "PhoneAgent__WebhookBaseUrl answers, but has no /api/health")]
    [InlineData(HttpStatusCode.OK, "Something else answers at PhoneAgent__WebhookBaseUrl")]
    [InlineData(HttpStatusCode.Redirect, "PhoneAgent__WebhookBaseUrl sends elsewhere")]
    [InlineData(HttpStatusCode.BadGateway, "/api/health at PhoneAgent__WebhookBaseUrl answers HTTP 502")]
    public async Task Something_else_in_place_of_the_functions_is_named(HttpStatusCode status, string said)
    {
        Clinic.Functions = null;
        await using var other = await OtherAsync(Clinic.Environment["PhoneAgent:WebhookBaseUrl"]!, status);
        await FindsAsync("functions", said);
    }

    [Fact]
    public Task Functions_with_another_auth_token_are_named()
    {
        Clinic.Functions!["Twilio:AuthToken"] = "the-token-before-the-rotation";
        return FindsAsync("functions", "A request signed with Twilio__AuthToken is refused", "The functions have another Twilio__AuthToken");
    }

    [Fact]
    public Task Functions_that_take_another_address_for_theirs_are_named()
    {
        Clinic.Functions!["PhoneAgent:WebhookBaseUrl"] = "https://my-agent.example.net";
        return FindsAsync("functions", "A request signed with Twilio__AuthToken is refused", "The functions have another Twilio__AuthToken, or take another address");
    }

    [Fact]
    public Task Functions_that_send_calls_to_another_relay_are_named()
    {
        Clinic.Functions!["PhoneAgent:StreamUrl"] = "wss://old-relay.example.net/stream";
        return FindsAsync("functions", "The functions send calls to another relay", "Set the same PhoneAgent__StreamUrl");
    }

    [Fact]
    public Task Functions_that_cannot_use_their_call_log_are_named()
    {
        File.WriteAllText(Path.Combine(Clinic.Folder, "a-file"), "");
        Clinic.Functions!["PhoneAgent:CallLog"] = "file:" + Path.Combine(Clinic.Folder, "a-file", "calls");
        return FindsAsync("functions", "An announced call is answered with the apology", "Give the function app's identity the role");
    }

    [Fact]
    public Task Another_ticket_key_at_the_functions_is_named()
    {
        Clinic.Functions!["PhoneAgent:TicketKey"] = Clinic.NewKey();
        return FindsAsync("relay", "The relay takes tickets of this PhoneAgent__TicketKey, but not those of the functions", "Give the functions the same");
    }

    [Fact]
    public Task Another_ticket_key_at_the_relay_is_named()
    {
        Clinic.Relay!["PhoneAgent:TicketKey"] = Clinic.NewKey();
        return FindsAsync("relay", "The relay refuses the ticket", "Give functions and relay the same");
    }

    [Fact]
    public Task A_relay_that_is_not_there_is_named()
    {
        Clinic.Relay = null;
        return FindsAsync("relay", "The service at PhoneAgent__StreamUrl refuses the connection", "Deploy or start the relay");
    }

    [Fact]
    public async Task Something_else_in_place_of_the_relay_is_named()
    {
        Clinic.Relay = null;
        await using var other = await OtherAsync(Clinic.Environment["PhoneAgent:StreamUrl"]!.Replace("ws:", "http:", StringComparison.Ordinal), HttpStatusCode.OK);
        await FindsAsync("relay", "Something else answers at PhoneAgent__StreamUrl");
    }

    [Fact]
    public async Task Clocks_that_differ_are_named()
    {
        var findings = Problems(await Clinic.VisitAsync(Clinic.NewVisit(time: new FastTime(TimeSpan.FromMinutes(10)))));

        Assert.Contains(findings, one => one.Check == "clocks" && one.What.Contains("the functions and this machine differ by 60", StringComparison.Ordinal));
        Assert.Contains(findings, one => one.Check == "clocks" && one.What.Contains("the relay and this machine differ by 60", StringComparison.Ordinal));
    }

    [Fact]
    public Task A_refused_gemini_key_is_named()
    {
        Clinic.Environment["Gemini:ApiKey"] = "another-key";
        return FindsAsync("Gemini", "Gemini__ApiKey is refused", "Create a key");
    }

    [Fact]
    public Task An_unknown_model_is_named()
    {
        Clinic.Environment["Gemini:Model"] = "gemini-9-live";
        return FindsAsync("Gemini", "The model gemini-9-live is unknown", "Correct Gemini__Model");
    }

    [Fact]
    public Task A_gemini_that_cannot_be_reached_is_named()
    {
        Clinic.Environment["Gemini:Endpoint"] = $"ws://127.0.0.1:{LoopbackPort.Free()}";
        return FindsAsync("Gemini", "Gemini cannot be reached", "Look at Gemini__Endpoint");
    }

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
}
