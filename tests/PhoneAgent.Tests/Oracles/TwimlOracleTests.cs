using System.Text.Json.Nodes;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Trust;
using PhoneAgent.Handlers.Voice;
using PhoneAgent.Tests.Handlers;

namespace PhoneAgent.Tests.Oracles;

/// <summary>Twilio's package writes the documents that the handlers answer: the same verbs at the same places, the same text.</summary>
public sealed class TwimlOracleTests
{
    private const string Incoming = "/api/voice/incoming";
    private const string StreamEnded = "/api/voice/stream-ended";
    private const string StreamEndedUrl = HandlerHost.PublicBase + StreamEnded;
    private const string Message = "One moment, <please> & \"stay\" – it's Zoë’s café ☎ \U0001F600";

    [NeedsNodeFact]
    public async Task A_new_call_is_answered_as_twilio_would_write_it()
    {
        await using var host = await HandlerHost.StartAsync(new() { ["PhoneAgent:ConnectMessage"] = Message });
        var answer = await host.AskAsync(Incoming, ("CallStatus", "ringing"));
        await SameAsync(answer, Verb("Say", Message), await ConnectAsync(host), Verb("Redirect", StreamEndedUrl));
    }

    [NeedsNodeFact]
    public async Task A_stream_that_never_started_is_offered_again_as_twilio_would_write_it()
    {
        await using var host = await StartAsync(new CallStory().Received().Offered().Offered());
        var answer = await host.AskAsync(StreamEnded);
        await SameAsync(answer, Verb("Pause", ("length", "1")), await ConnectAsync(host), Verb("Redirect", StreamEndedUrl));
    }

    [NeedsNodeFact]
    public async Task The_apology_with_the_fallback_number_is_what_twilio_would_write()
    {
        await using var host = await HandlerHost.StartAsync(
            new() { ["PhoneAgent:ApologyMessage"] = Message, ["PhoneAgent:FallbackNumber"] = "+14155550111", ["Relay:MaxCallMinutes"] = "5" },
            services => services.AddSingleton<ICallLog>(new BrokenCallLog()));
        await SameAsync(await host.AskAsync(Incoming), Verb("Say", Message), Verb("Dial", "+14155550111", ("timeLimit", "300")), Verb("Hangup"));
    }

    [NeedsNodeFact]
    public async Task The_end_of_a_call_is_what_twilio_would_write()
    {
        await using var finished = await StartAsync(new CallStory().Received().Offered().Started().Ended(EndReason.AgentHungUp));
        await SameAsync(await finished.AskAsync(StreamEnded), Verb("Hangup"));
        await SameAsync(await finished.AskAsync(StreamEnded, ("CallStatus", "completed")));
    }

    [NeedsNodeFact]
    public async Task A_transfer_and_its_whisper_are_what_twilio_would_write()
    {
        const string whisper = HandlerHost.PublicBase + "/api/voice/whisper";
        var person = new TransferTarget { Number = "+14155550123", RingSeconds = 25, CallerId = "+14155550177", Accept = true };
        await using var host = await HandlerHost.StartAsync(services: services => services
            .AddSingleton<ICallLog>(new MemoryCallLog(new CallStory().Received().Offered().Started().TransferRequested("owner", Message).Events))
            .AddSingleton<TransferTargets>((_, _) => person));

        var dial = Verb("Dial", ("timeout", "25"), ("timeLimit", "3600"), ("callerId", "+14155550177"), ("action", StreamEndedUrl));
        dial.Add((JsonNode)Verb("Number", "+14155550123", ("url", whisper)));
        await SameAsync(await host.AskAsync(StreamEnded), dial, Verb("Redirect", StreamEndedUrl));

        var gather = Verb("Gather", ("numDigits", "1"), ("timeout", "8"), ("finishOnKey", ""), ("action", whisper));
        gather.Add((JsonNode)Verb("Say", $"This is the phone assistant, with a call from 1 4 1 5 5 5 5 0 1 0 0. The reason: {Message}. Press 1 to take the call, or hang up.", ("language", "en-US")));
        await SameAsync(await host.AskAsync("/api/voice/whisper", ("CallSid", "CA99999999999999999999999999999999"), ("ParentCallSid", CallStory.Call.Value)), gather, Verb("Hangup"));
    }

    private static Task<HandlerHost> StartAsync(CallStory story) =>
        HandlerHost.StartAsync(services: services => services.AddSingleton<ICallLog>(new MemoryCallLog(story.Events)));

    private static async Task<JsonArray> ConnectAsync(HandlerHost host)
    {
        var offer = (await host.RecordAsync()).NewestOffered!.Offer!;
        var stream = Verb("Stream", ("url", $"wss://relay.example.net/stream/{CallStory.Call}/{host.Tickets.Write(CallStory.Call, new TicketTerms(offer.Nonce, offer.ExpiresAt))}"), ("statusCallback", HandlerHost.PublicBase + "/api/voice/stream-status"));
        stream.Add((JsonNode)Verb("Parameter", ("name", "agent"), ("value", "default")));
        stream.Add((JsonNode)Verb("Parameter", ("name", "attempt"), ("value", $"{offer.Attempt}")));
        var connect = Verb("Connect", ("action", StreamEndedUrl));
        connect.Add((JsonNode)stream);
        return connect;
    }

    private static JsonArray Verb(string name, params (string Name, string Value)[] attributes) =>
        new(name, new JsonObject(attributes.Select(one => KeyValuePair.Create(one.Name, (JsonNode?)one.Value))));

    private static JsonArray Verb(string name, string text, params (string Name, string Value)[] attributes)
    {
        var verb = Verb(name, attributes);
        verb.Add((JsonNode)text);
        return verb;
    }

    private static async Task SameAsync(XElement ours, params JsonArray[] verbs)
    {
        var theirs = await Oracle.Scripts.AskAsync("write-twiml.mjs", new JsonArray([.. verbs]));
        Assert.Equal(Canonical(XElement.Parse((string)theirs["xml"]!, LoadOptions.PreserveWhitespace)), Canonical(ours));
    }

    // As https://www.w3.org/TR/xml-c14n has it as far as TwiML goes: no declaration, attributes in order, one way to write an empty element.
    private static string Canonical(XElement element) => new XElement(
        element.Name,
        element.Attributes().OrderBy(attribute => attribute.Name.LocalName, StringComparer.Ordinal),
        element.Nodes().Select(node => node is XElement child ? XElement.Parse(Canonical(child), LoadOptions.PreserveWhitespace) : node),
        "").ToString(SaveOptions.DisableFormatting);
}
