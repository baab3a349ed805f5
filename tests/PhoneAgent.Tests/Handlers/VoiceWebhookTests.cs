using System.Net;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Trust;

namespace PhoneAgent.Tests.Handlers;

public sealed class VoiceWebhookTests
{
    private const string Incoming = "/api/voice/incoming";
    private const string StreamEnded = "/api/voice/stream-ended";
    private const string StreamEndedUrl = HandlerHost.PublicBase + StreamEnded;

    [Fact]
    public async Task A_new_call_is_logged_and_connected_to_its_stream()
    {
        await using var host = await HandlerHost.StartAsync(new() { ["PhoneAgent:ConnectMessage"] = "One moment, <please> & \"stay\"\u0001." });
        var response = await host.AskAsync(Incoming, ("CallStatus", "ringing"));
        var record = await host.RecordAsync();
        var offer = record.NewestOffered!.Offer!;
        Assert.Equal(("inbound", "+14155550100", "+14155550199", "default", 1), (record.Direction, record.Caller, record.Called, record.Agent, offer.Attempt));
        Assert.Equal(CallStory.T0.AddSeconds(120), offer.ExpiresAt);
        var url = $"wss://relay.example.net/stream/{CallStory.Call}/{host.Tickets.Write(CallStory.Call, new TicketTerms(offer.Nonce, offer.ExpiresAt))}";
        Assert.Equal(
            new XElement("Response",
                new XElement("Say", "One moment, <please> & \"stay\" ."),
                new XElement("Connect", new XAttribute("action", StreamEndedUrl),
                    new XElement("Stream", new XAttribute("url", url), new XAttribute("statusCallback", HandlerHost.PublicBase + "/api/voice/stream-status"),
                        new XElement("Parameter", new XAttribute("name", "agent"), new XAttribute("value", "default")),
                        new XElement("Parameter", new XAttribute("name", "attempt"), new XAttribute("value", "1")))),
                new XElement("Redirect", StreamEndedUrl)).ToString(),
            response.ToString());
    }

    [Fact]
    public async Task A_repeated_webhook_gets_the_same_answer_and_logs_nothing_new()
    {
        await using var host = await HandlerHost.StartAsync();
        var first = await host.AskAsync(Incoming, ("CallStatus", "ringing"));
        host.Time.Advance(TimeSpan.FromSeconds(15));
        var second = await host.AskAsync(Incoming, ("CallStatus", "ringing"));
        Assert.Equal(first.ToString(), second.ToString());
        Assert.Equal(2, (await host.CallLog.ReadAsync(CallStory.Call, default)).Count);
    }

    [Fact]
    public async Task A_repeated_webhook_after_the_ticket_expired_offers_the_next_attempt()
    {
        await using var host = await HandlerHost.StartAsync();
        await host.AskAsync(Incoming, ("CallStatus", "ringing"));
        host.Time.Advance(TimeSpan.FromSeconds(120));
        var second = await host.AskAsync(Incoming, ("CallStatus", "ringing"));
        Assert.Equal("2", Attempt(second));
        Assert.Equal(2, (await host.RecordAsync()).Attempts.Count);
    }

    [Fact]
    public async Task A_repeated_webhook_of_a_finished_call_hangs_up()
    {
        await using var host = await StartAsync(new CallStory().Received().Offered().Started().Ended(EndReason.AgentHungUp));
        Assert.Equal("<Response><Hangup /></Response>", Text(await host.AskAsync(Incoming, ("CallStatus", "in-progress"))));
    }

    [Theory]
    [InlineData("+14155550199", "sales")]
    [InlineData("+14155550198", "default")]
    [InlineData("sip:14155550199@example.net", "sales")]
    [InlineData(null, "default")]
    public async Task The_called_number_chooses_the_agent(string? to, string expected)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "agents");
        Assert.True(File.Exists(Path.Combine(folder, "default.json")), "the profiles are shipped");
        await using var host = await HandlerHost.StartAsync(new() { ["PhoneAgent:Agents:14155550199"] = "sales" }, services => services.AddSingleton(_ => Profiles("default", "sales")));
        var response = await host.AskAsync(Incoming, ("To", to));
        Assert.Equal(expected, response.Descendants("Parameter").Single(one => one.Attribute("name")!.Value == "agent").Attribute("value")!.Value);
        Assert.Equal(expected, (await host.RecordAsync()).Agent);
    }

    [Theory]
    [InlineData(Incoming)]
    [InlineData(StreamEnded)]
    public async Task Without_the_log_the_caller_hears_an_apology_and_is_never_connected(string path)
    {
        var noAppend = new BrokenCallLog(readFrom: new MemoryCallLog(new CallStory().Received().Events));
        foreach (var log in new[] { new BrokenCallLog(), noAppend, new BrokenCallLog(failure: new InvalidOperationException("seeded-internal-detail")) })
        {
            await using var host = await HandlerHost.StartAsync(new() { ["PhoneAgent:ApologyMessage"] = "Sorry." }, services => services.AddSingleton<ICallLog>(log));
            Assert.Equal("<Response><Say>Sorry.</Say><Hangup /></Response>", Text(await host.AskAsync(path)));
        }
    }

    [Fact]
    public async Task The_apology_dials_the_fallback_number()
    {
        await using var host = await HandlerHost.StartAsync(
            new() { ["PhoneAgent:ApologyMessage"] = "Sorry.", ["PhoneAgent:FallbackNumber"] = "+14155550111", ["Relay:MaxCallMinutes"] = "5" },
            services => services.AddSingleton<ICallLog>(new BrokenCallLog()));
        Assert.Equal("<Response><Say>Sorry.</Say><Dial timeLimit=\"300\">+14155550111</Dial><Hangup /></Response>", Text(await host.AskAsync(Incoming)));
    }

    [Fact]
    public async Task A_lost_stream_is_connected_again_with_a_new_ticket_that_is_logged_first()
    {
        await using var host = await StartAsync(new CallStory().Received().Offered().Started().Ended(EndReason.StreamLost));
        var response = await host.AskAsync(StreamEnded);
        Assert.Equal(["Connect", "Redirect"], response.Elements().Select(verb => verb.Name.LocalName));
        Assert.Equal("2", Attempt(response));
        var offer = (await host.RecordAsync()).NewestOffered!.Offer!;
        Assert.Equal(2, offer.Attempt);
        var ticket = response.Descendants("Stream").Single().Attribute("url")!.Value.Split('/')[^1];
        Assert.Equal(new TicketCheck(TicketOutcome.Genuine, offer.Nonce), host.Tickets.Check(CallStory.Call, ticket));
    }

    [Fact]
    public async Task A_stream_that_never_started_is_offered_again_after_a_pause()
    {
        await using var host = await StartAsync(new CallStory().Received().Offered().Offered());
        var response = await host.AskAsync(StreamEnded);
        Assert.Equal(["Pause", "Connect", "Redirect"], response.Elements().Select(verb => verb.Name.LocalName));
        Assert.Equal("1", response.Element("Pause")!.Attribute("length")!.Value);
    }

    [Fact]
    public async Task A_call_whose_log_is_lost_is_greeted_again_before_its_first_known_stream()
    {
        await using var host = await HandlerHost.StartAsync(new() { ["PhoneAgent:ConnectMessage"] = "One moment." });
        var first = await host.AskAsync(StreamEnded);
        Assert.Equal(["Say", "Connect", "Redirect"], first.Elements().Select(verb => verb.Name.LocalName));
        var second = await host.AskAsync(StreamEnded);
        Assert.Equal(["Connect", "Redirect"], second.Elements().Select(verb => verb.Name.LocalName));
    }

    [Fact]
    public async Task The_agents_goodbye_ends_the_call()
    {
        await using var host = await StartAsync(new CallStory().Received().Offered().Started().Ended(EndReason.AgentHungUp));
        Assert.Equal("<Response><Hangup /></Response>", Text(await host.AskAsync(StreamEnded)));
    }

    [Fact]
    public async Task A_call_that_is_over_gets_an_empty_response()
    {
        await using var host = await StartAsync(new CallStory().Received().Offered().Started());
        Assert.Equal("<Response />", Text(await host.AskAsync(StreamEnded, ("CallStatus", "completed"))));
    }

    [Fact]
    public async Task A_status_is_noted_once_and_in_order()
    {
        await using var host = await HandlerHost.StartAsync();
        foreach (var (status, number) in new[] { ("completed", "3"), ("ringing", "1"), ("completed", "3") })
        {
            using var response = await host.PostAsync("/api/voice/status", HandlerHost.Fields(("CallStatus", status), ("SequenceNumber", number), ("CallDuration", status == "completed" ? "42" : null)));
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        }

        var record = await host.RecordAsync();
        Assert.Equal(["ringing", "completed"], record.Statuses.Select(one => one.Status));
        Assert.Equal(42, record.DurationSeconds);
        Assert.Equal(2, (await host.CallLog.ReadAsync(CallStory.Call, default)).Count);
    }

    [Fact]
    public async Task A_status_without_a_status_gets_400_and_without_a_log_503()
    {
        await using var host = await HandlerHost.StartAsync(services: services => services.AddSingleton<ICallLog>(new BrokenCallLog()));
        using var empty = await host.PostAsync("/api/voice/status", HandlerHost.Fields(("CallStatus", null)));
        Assert.Equal(HttpStatusCode.BadRequest, empty.StatusCode);
        using var lost = await host.PostAsync("/api/voice/status", HandlerHost.Fields());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, lost.StatusCode);
        Assert.Empty(await lost.Content.ReadAsByteArrayAsync());
    }

    private static Task<HandlerHost> StartAsync(CallStory story, Action<IServiceCollection>? services = null) => HandlerHost.StartAsync(services: collection =>
    {
        collection.AddSingleton<ICallLog>(new MemoryCallLog(story.Events));
        services?.Invoke(collection);
    });

    private static PhoneAgent.Core.Agents.AgentProfiles Profiles(params string[] names)
    {
        var folder = Directory.CreateTempSubdirectory("agents-");
        try
        {
            foreach (var name in names)
            {
                File.WriteAllText(Path.Combine(folder.FullName, name + ".json"), """{ "instructions": "Be brief." }""");
            }

            return PhoneAgent.Core.Agents.AgentProfiles.Load(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Attempt(XElement response) =>
        response.Descendants("Parameter").Single(one => one.Attribute("name")!.Value == "attempt").Attribute("value")!.Value;

    private static string Text(XElement response) => response.ToString(SaveOptions.DisableFormatting);
}
