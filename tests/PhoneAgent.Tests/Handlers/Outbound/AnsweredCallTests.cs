using System.Xml.Linq;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Outbound;

namespace PhoneAgent.Tests.Handlers.Outbound;

/// <summary>What happens once an outbound call is answered, or is not.</summary>
public sealed class AnsweredCallTests
{
    private const string HangUp = "<Response><Hangup /></Response>";
    private const string MessageOrder = $$"""{"to":"{{OutboundBench.To}}","voicemail":"message","message":"Call <us> & soon."}""";
    private const string HangUpOrder = $$"""{"to":"{{OutboundBench.To}}","voicemail":"hangup"}""";

    [Theory]
    [InlineData(null, null, AnswerChoice.Connect)]
    [InlineData(null, "machine_start", AnswerChoice.Connect)]
    [InlineData(VoicemailChoice.Continue, "machine_start", AnswerChoice.Connect)]
    [InlineData(VoicemailChoice.HangUp, "human", AnswerChoice.Connect)]
    [InlineData(VoicemailChoice.HangUp, "unknown", AnswerChoice.Connect)]
    [InlineData(VoicemailChoice.HangUp, "machine_start", AnswerChoice.HangUp)]
    [InlineData(VoicemailChoice.HangUp, "fax", AnswerChoice.HangUp)]
    [InlineData(VoicemailChoice.Message, "human", AnswerChoice.Connect)]
    [InlineData(VoicemailChoice.Message, "unknown", AnswerChoice.Connect)]
    [InlineData(VoicemailChoice.Message, null, AnswerChoice.Connect)]
    [InlineData(VoicemailChoice.Message, "machine_end_beep", AnswerChoice.SpeakMessage)]
    [InlineData(VoicemailChoice.Message, "machine_end_silence", AnswerChoice.SpeakMessage)]
    [InlineData(VoicemailChoice.Message, "machine_end_other", AnswerChoice.SpeakMessage)]
    [InlineData(VoicemailChoice.Message, "fax", AnswerChoice.HangUp)]
    public void Who_answered_and_the_order_choose(VoicemailChoice? voicemail, string? answeredBy, AnswerChoice expected) =>
        Assert.Equal(expected, AnswerChoices.For(voicemail, answeredBy));

    [Fact]
    public async Task A_person_is_connected_to_the_agent_of_the_order()
    {
        await using var bench = await OutboundBench.StartAsync();
        var order = await bench.OrderAsync(HangUpOrder);
        await bench.StatusAsync("ringing", 1);
        var twiml = await bench.AnsweredAsync(("AnsweredBy", "human"));
        Assert.Equal(["Connect", "Redirect"], twiml.Elements().Select(verb => verb.Name.LocalName));
        Assert.Equal(twiml.ToString(), (await bench.AnsweredAsync(("AnsweredBy", "human"))).ToString());
        var events = await bench.Host.CallLog.ReadAsync(CallStory.Call, default);
        Assert.Single(events.OfType<CallReceived>());
        Assert.Single(events.OfType<StreamOffered>());
        Assert.Equal(order.RequestId, (await bench.Host.RecordAsync()).RequestId);
    }

    [Fact]
    public async Task A_machine_hears_the_message_once_and_never_the_agent()
    {
        await using var bench = await OutboundBench.StartAsync();
        await bench.OrderAsync(MessageOrder);
        for (var i = 0; i < 2; i++)
        {
            var twiml = await bench.AnsweredAsync(("AnsweredBy", "machine_end_beep"));
            Assert.Equal("<Response><Say>Call &lt;us&gt; &amp; soon.</Say><Hangup /></Response>", Text(twiml));
        }

        var record = await bench.Host.RecordAsync();
        Assert.Equal(new VoicemailAnswer(CallStory.T0, "machine_end_beep", true), record.Voicemail);
        Assert.Empty(record.Attempts);
        Assert.Single((await bench.Host.CallLog.ReadAsync(CallStory.Call, default)).OfType<VoicemailReached>());
    }

    [Fact]
    public async Task A_machine_is_hung_up_on_when_the_order_says_so()
    {
        await using var bench = await OutboundBench.StartAsync();
        await bench.OrderAsync(HangUpOrder);
        Assert.Equal(HangUp, Text(await bench.AnsweredAsync(("AnsweredBy", "machine_start"))));
        Assert.False((await bench.Host.RecordAsync()).Voicemail!.MessageSpoken);
    }

    [Theory]
    [InlineData("busy")]
    [InlineData("no-answer")]
    [InlineData("failed")]
    [InlineData("canceled")]
    public async Task A_call_nobody_took_is_in_the_record_with_all_that_was_ordered(string status)
    {
        await using var bench = await OutboundBench.StartAsync();
        bench.Twilio = static (_, _) => Task.FromResult<PlaceResult>(new PlaceResult.NoAnswer()); // so that only the webhooks know the call
        await bench.OrderAsync();
        await bench.StatusAsync("initiated", 0);
        await bench.StatusAsync(status, 2, ("CallDuration", "0"));
        await bench.StatusAsync("ringing", 1);
        await bench.StatusAsync(status, 2, ("CallDuration", "0"));
        var record = await bench.Host.RecordAsync();
        Assert.Equal((status, true, OutboundBench.To, "default"), (record.Status, record.IsOver, record.Called, record.Agent));
        Assert.Equal(["initiated", "ringing", status], record.Statuses.Select(one => one.Status));
        Assert.Single((await bench.Host.CallLog.ReadAsync(CallStory.Call, default)).OfType<CallReceived>());
    }

    [Fact]
    public async Task A_second_call_of_the_same_request_is_hung_up()
    {
        await using var bench = await OutboundBench.StartAsync();
        await bench.OrderAsync();
        Assert.Equal(HangUp, Text(await bench.AnsweredAsync(("CallSid", "CAffffffffffffffffffffffffffffffff"))));
        Assert.Empty(await bench.Host.CallLog.ReadAsync(CallSid.Parse("CAffffffffffffffffffffffffffffffff"), default));
        Assert.Contains("OtherCall", bench.Host.Logged, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("To", "+14155550143")]
    [InlineData("To", null)]
    [InlineData("Direction", "inbound")]
    [InlineData("Direction", null)]
    public async Task A_call_that_is_not_the_requests_does_not_take_its_place(string name, string? value)
    {
        await using var bench = await OutboundBench.StartAsync();
        bench.Twilio = static (_, _) => Task.FromResult<PlaceResult>(new PlaceResult.NoAnswer());
        await bench.OrderAsync(key: "key");
        Assert.Equal(HangUp, Text(await bench.AnsweredAsync((name, value), ("CallSid", "CAffffffffffffffffffffffffffffffff"))));
        Assert.Contains("OtherNumber", bench.Host.Logged, StringComparison.Ordinal);
        Assert.Equal("Connect", (await bench.AnsweredAsync()).Elements().First().Name.LocalName);
        Assert.Equal(CallStory.Call.Value, (await bench.OrderAsync(key: "key")).CallSid);
    }

    [Theory]
    [InlineData("?request=0000000000000000000000000000000000000000000000000000000000000000", "UnknownRequest")]
    [InlineData("?request=", "NoRequest")]
    [InlineData("?request=../../caps/2026-11-20", "NoRequest")]
    [InlineData("?request=0000000000000000000000000000000000000000000000000000000000000000&request=1", "NoRequest")]
    public async Task An_answer_that_names_no_request_of_ours_is_hung_up(string query, string reason)
    {
        await using var bench = await OutboundBench.StartAsync();
        Assert.Equal(HangUp, Text(await bench.Host.AskAsync("/api/voice/incoming" + query, ("Direction", "outbound-api"))));
        Assert.Contains("Outbound call hung up: " + reason, bench.Host.Logged, StringComparison.Ordinal);
        Assert.Empty(await bench.Host.CallLog.ReadAsync(CallStory.Call, default));
    }

    [Fact]
    public async Task The_switch_also_stops_a_call_that_was_still_queued()
    {
        await using var bench = await OutboundBench.StartAsync();
        await bench.OrderAsync();
        bench.Host.Configuration["Outbound:Enabled"] = "false";
        Assert.Equal(HangUp, Text(await bench.AnsweredAsync()));
        Assert.Empty((await bench.Host.RecordAsync()).Attempts);
        Assert.Equal(503, (await bench.OrderAsync()).Status);
    }

    [Fact]
    public async Task A_status_of_an_unknown_request_is_noted_all_the_same()
    {
        await using var bench = await OutboundBench.StartAsync();
        using var response = await bench.Host.PostAsync("/api/voice/status?request=0", HandlerHost.Fields(("CallStatus", "completed"), ("SequenceNumber", "3")));
        Assert.Equal("completed", (await bench.Host.RecordAsync()).Status);
    }

    private static string Text(XElement response) => response.ToString(SaveOptions.DisableFormatting);
}
