using System.Net;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Tests.Handlers;

/// <summary>A call on its way to a person: dialled by name, announced, taken or not.</summary>
public sealed class TransferWebhookTests
{
    private const string StreamEnded = "/api/voice/stream-ended";
    private const string Whisper = "/api/voice/whisper";
    private const string StreamEndedUrl = HandlerHost.PublicBase + StreamEnded;
    private const string WhisperUrl = HandlerHost.PublicBase + Whisper;
    private const string CalleeLeg = "CA99999999999999999999999999999999";

    private static readonly CallStory Asked = new CallStory().Received().Offered().Started().TransferRequested("owner");

    [Fact]
    public async Task A_transfer_is_dialled_once_logged_and_its_failure_told_to_the_agent()
    {
        await using var host = await StartAsync(Asked, """{ "number": "+14155550123", "ringSeconds": 25, "limitMinutes": 10, "callerId": "+14155550177" }""");
        var expected = $"<Response><Dial timeout=\"25\" timeLimit=\"600\" callerId=\"+14155550177\" action=\"{StreamEndedUrl}\"><Number url=\"{WhisperUrl}\">+14155550123</Number></Dial><Redirect>{StreamEndedUrl}</Redirect></Response>";
        Assert.Equal(expected, Text(await host.AskAsync(StreamEnded)));
        Assert.Equal(expected, Text(await host.AskAsync(StreamEnded)));
        var events = await host.CallLog.ReadAsync(CallStory.Call, default);
        Assert.Single(events.OfType<TransferDialed>());
        Assert.DoesNotContain("14155550123", string.Join(' ', events), StringComparison.Ordinal);
        Assert.DoesNotContain("14155550123", host.Logged, StringComparison.Ordinal);

        Assert.Equal("2", Attempt(await host.AskAsync(StreamEnded, ("DialCallStatus", "busy"))));
        Assert.Equal("3", Attempt(await host.AskAsync(StreamEnded, ("DialCallStatus", "busy"))));
        Assert.Equal("busy", Assert.Single((await host.CallLog.ReadAsync(CallStory.Call, default)).OfType<TransferEnded>()).Outcome);
    }

    [Fact]
    public async Task Who_is_not_to_be_told_is_just_connected()
    {
        await using var host = await StartAsync(Asked, """{ "number": "+14155550123", "whisper": false }""");
        Assert.Null((await host.AskAsync(StreamEnded)).Element("Dial")!.Element("Number")!.Attribute("url"));
    }

    [Theory]
    [InlineData("+19005550100")]
    [InlineData("Owner")]
    public async Task A_transfer_to_nobody_known_goes_back_to_the_agent(string target)
    {
        await using var host = await StartAsync(new CallStory().Received().Offered().Started().TransferRequested(target));
        var response = await host.AskAsync(StreamEnded);
        Assert.Equal("2", Attempt(response));
        Assert.DoesNotContain("900", response.ToString().Replace(response.Descendants("Stream").Single().Attribute("url")!.Value, "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("refused", (await host.RecordAsync()).Transfers.Single().Outcome);
    }

    [Fact]
    public async Task The_fourth_transfer_of_a_call_is_refused()
    {
        var story = new CallStory().Received();
        for (var i = 0; i < 3; i++)
        {
            story.Offered().Started().TransferRequested("owner").TransferDialed("owner").TransferEnded("busy");
        }

        await using var host = await StartAsync(story.Offered().Started().TransferRequested("owner"));
        Assert.Equal("5", Attempt(await host.AskAsync(StreamEnded)));
        Assert.Equal("refused", (await host.RecordAsync()).Transfers[^1].Outcome);
    }

    [Fact]
    public async Task The_person_hears_who_calls_and_why_and_nothing_in_it_is_markup()
    {
        var reason = "wants <Dial>+19005550100</Dial> & \"more\" " + new string('x', 5_000);
        var story = new CallStory().Received().Offered().Started().TransferRequested("owner", reason);
        await using var host = await StartAsync(story);
        await host.AskAsync(StreamEnded);
        var response = await AskCalleeAsync(host);
        var said = Assert.Single(response.Elements());
        Assert.Equal("Say", said.Name.LocalName);
        Assert.StartsWith("This is the phone assistant, with a call from 1 4 1 5 5 5 5 0 1 0 0. The reason: wants <Dial>+19005550100</Dial> & \"more\" xxx", said.Value, StringComparison.Ordinal);
        Assert.InRange(said.Value.Length, 200, 320);
        Assert.DoesNotContain("wants", host.Logged, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("anonymous", "inbound", "a call from a withheld number.")]
    [InlineData("+14155550100", "outbound-api", "a call from 1 4 1 5 5 5 5 0 1 9 9.")]
    public async Task The_other_side_of_the_call_is_named(string from, string direction, string said)
    {
        var story = new CallStory().Add(new CallReceived(direction, from, "+14155550199", "default") { At = CallStory.T0 }).Offered().Started().TransferRequested("owner", " ");
        await using var host = await StartAsync(story);
        await host.AskAsync(StreamEnded);
        Assert.Equal("This is the phone assistant, with " + said, (await AskCalleeAsync(host)).Value);
    }

    [Theory]
    [InlineData("de-DE", "de-DE", "Hier ist der Telefonassistent, mit einem Anruf von 1 4 1 5 5 5 5 0 1 0 0. Der Grund: eine Frage. Drücken Sie die 1, ")]
    [InlineData("fr-CA", "fr-CA", "Ici l'assistant téléphonique, avec un appel de 1 4 1 5 ")]
    [InlineData("sv-SE", null, "This is the phone assistant, with a call from 1 4 1 5 ")]
    [InlineData("de-AT", null, "This is the phone assistant, with a call from 1 4 1 5 ")]
    public async Task The_person_is_told_in_the_agents_language_where_it_is_known(string agents, string? spoken, string said)
    {
        var story = new CallStory().Received().Offered().Started().TransferRequested("owner", "eine Frage.");
        await using var host = await StartAsync(story, """{ "number": "+14155550123", "accept": true }""", agents);
        await host.AskAsync(StreamEnded);
        var say = (await AskCalleeAsync(host)).Descendants("Say").Single();
        Assert.Equal(spoken, (string?)say.Attribute("language"));
        Assert.StartsWith(said, say.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", true, "<Response />")]
    [InlineData("2", false, "<Response><Hangup /></Response>")]
    [InlineData("*", false, "<Response><Hangup /></Response>")]
    public async Task Who_must_accept_is_asked_for_a_key_and_what_it_was_is_logged_once(string key, bool accepted, string answer)
    {
        await using var host = await StartAsync(Asked, """{ "number": "+14155550123", "accept": true }""");
        await host.AskAsync(StreamEnded);
        var asked = await AskCalleeAsync(host);
        Assert.Equal(["Gather", "Hangup"], asked.Elements().Select(verb => verb.Name.LocalName));
        var gather = asked.Element("Gather")!;
        Assert.Equal(("1", "", WhisperUrl), ((string?)gather.Attribute("numDigits"), (string?)gather.Attribute("finishOnKey"), (string?)gather.Attribute("action")));
        Assert.Contains("Press 1", gather.Value, StringComparison.Ordinal);

        Assert.Equal(answer, Text(await AskCalleeAsync(host, ("Digits", key))));
        Assert.Equal(answer, Text(await AskCalleeAsync(host, ("Digits", key))));
        Assert.Equal(accepted, Assert.Single((await host.CallLog.ReadAsync(CallStory.Call, default)).OfType<TransferAnswered>()).Accepted);

        var after = await host.AskAsync(StreamEnded, ("DialCallStatus", "completed"));
        Assert.Equal(accepted ? "completed" : "declined", (await host.RecordAsync()).Transfers.Single().Outcome);
        Assert.Equal(accepted, after.Element("Connect") is null);
    }

    [Fact]
    public async Task A_leg_that_no_transfer_explains_is_hung_up()
    {
        const string hangUp = "<Response><Hangup /></Response>";
        await using var host = await StartAsync(Asked);
        Assert.Equal(hangUp, Text(await AskCalleeAsync(host))); // asked for, not dialled
        await host.AskAsync(StreamEnded);
        Assert.Equal("Say", Assert.Single((await AskCalleeAsync(host)).Elements()).Name.LocalName);
        await host.AskAsync(StreamEnded, ("DialCallStatus", "busy"));
        Assert.Equal(hangUp, Text(await AskCalleeAsync(host))); // over
        Assert.Equal(hangUp, Text(await AskCalleeAsync(host, ("ParentCallSid", CalleeLeg)))); // another call
        using var orphan = await host.PostAsync(Whisper, HandlerHost.Fields(("CallSid", CalleeLeg)));
        Assert.Equal(HttpStatusCode.BadRequest, orphan.StatusCode);
    }

    [Fact]
    public async Task Without_the_log_or_a_signature_nobody_is_told_anything()
    {
        await using (var host = await HandlerHost.StartAsync(services: services => services.AddSingleton<ICallLog>(new BrokenCallLog())))
        {
            Assert.Equal("<Response><Hangup /></Response>", Text(await AskCalleeAsync(host)));
        }

        await using var other = await StartAsync(Asked);
        await other.AskAsync(StreamEnded);
        using var forged = await other.PostAsync(Whisper, HandlerHost.Fields(("CallSid", CalleeLeg), ("ParentCallSid", CallStory.Call.Value)), token: "another-token");
        Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
    }

    [Fact]
    public async Task The_agent_that_took_over_keeps_the_call_when_it_is_connected_again()
    {
        var story = new CallStory().Received().Offered().Started().AgentChanged("billing").Ended(EndReason.StreamLost);
        await using var host = await StartAsync(story);
        var response = await host.AskAsync(StreamEnded);
        Assert.Equal("billing", response.Descendants("Parameter").Single(one => one.Attribute("name")!.Value == "agent").Attribute("value")!.Value);
    }

    private static Task<XElement> AskCalleeAsync(HandlerHost host, params (string Name, string? Value)[] changes) =>
        host.AskAsync(Whisper, [("CallSid", CalleeLeg), ("ParentCallSid", CallStory.Call.Value), ("Direction", "outbound-dial"), .. changes]);

    private static Task<HandlerHost> StartAsync(CallStory story, string owner = """{ "number": "+14155550123" }""", string language = "en-US") => HandlerHost.StartAsync(services: services =>
    {
        services.AddSingleton<ICallLog>(new MemoryCallLog(story.Events));
        services.AddSingleton(_ => Profiles(owner, language));
    });

    private static AgentProfiles Profiles(string owner, string language)
    {
        var folder = Directory.CreateTempSubdirectory("agents-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "default.json"), $$"""{ "instructions": "Be brief.", "language": "{{language}}", "transferTargets": { "owner": {{owner}} } }""");
            return AgentProfiles.Load(folder.FullName);
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
