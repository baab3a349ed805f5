using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Outbound;
using PhoneAgent.Simulator.Outbound;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;

namespace PhoneAgent.Tests.Handlers.Outbound;

/// <summary>A whole outbound call without an account: order, ring, answer, the real handlers behind real sockets.</summary>
[SideBySide(2)]
public sealed class SimulatedCallPlacerTests
{
    [Fact]
    public async Task A_person_who_answers_is_connected_and_all_is_in_the_record()
    {
        var (result, record) = await CallAsync(CalleeAnswer.Person, "\"voicemail\":\"hangup\"");
        Assert.Contains("<Connect", result.Documents[0].Body, StringComparison.Ordinal);
        Assert.Equal("in-progress", result.Documents[0].CallStatus); // not a word while it still rang
        Assert.Equal($"?request={record.RequestId}", result.Documents[0].Url.Query);
        Assert.Equal(["initiated", "ringing", "in-progress", "completed"], record.Statuses.Select(one => one.Status));
        Assert.Equal("human", record.Statuses[^1].AnsweredBy);
        Assert.Equal(1, record.Attempts[0].Number);
    }

    [Fact]
    public async Task A_machine_hears_the_message()
    {
        var (result, record) = await CallAsync(CalleeAnswer.Machine, "\"voicemail\":\"message\",\"message\":\"Call us.\"");
        Assert.Equal(["Call us."], result.Announcements);
        Assert.Equal(CallEnding.HungUpByTwiml, result.Ending);
        Assert.Equal(("machine_end_beep", true), (record.Voicemail!.AnsweredBy, record.Voicemail.MessageSpoken));
        Assert.Empty(record.Attempts);
    }

    [Fact]
    public async Task A_machine_is_hung_up_on()
    {
        var (result, record) = await CallAsync(CalleeAnswer.Machine, "\"voicemail\":\"hangup\"");
        Assert.Equal(CallEnding.HungUpByTwiml, result.Ending);
        Assert.Equal("machine_start", record.Voicemail!.AnsweredBy);
    }

    [Fact]
    public async Task A_machine_nobody_looks_for_is_connected()
    {
        var (result, record) = await CallAsync(CalleeAnswer.Machine, "\"voicemail\":\"continue\"");
        Assert.Contains("<Connect", result.Documents[0].Body, StringComparison.Ordinal);
        Assert.Null(record.Voicemail);
    }

    [Theory]
    [InlineData(CalleeAnswer.Busy, "busy")]
    [InlineData(CalleeAnswer.NoAnswer, "no-answer")]
    public async Task A_call_nobody_takes_asks_for_no_TwiML_and_is_in_the_record(CalleeAnswer answer, string status)
    {
        var (result, record) = await CallAsync(answer, "\"voicemail\":\"hangup\"");
        Assert.Equal(CallEnding.Unanswered, result.Ending);
        Assert.Empty(result.Documents);
        Assert.Equal((status, OutboundBench.To), (record.Status, record.Called));
        Assert.Empty(record.Attempts);
    }

    [Fact]
    public async Task Calls_that_are_still_on_are_broken_off_and_an_address_of_someone_else_is_left_alone()
    {
        var elsewhere = new Uri("http://127.0.0.1:9/answer?request=1");
        var placer = new SimulatedCallPlacer(
            () => new PhoneSettings { AccountSid = HandlerHost.AccountSid, AuthToken = HandlerHost.Token, IncomingUrl = new Uri("http://127.0.0.1:9/in"), PublicBaseUrl = new Uri(HandlerHost.PublicBase) },
            new Callee());
        var order = new CallToPlace(OutboundBench.To, OutboundBench.From, elsewhere, elsewhere, 60, MachineDetection.None);
        Assert.Equal(elsewhere, OutboundLine.For(new PhoneSettings { AccountSid = "AC", AuthToken = "t", IncomingUrl = new Uri("http://127.0.0.1:9/in") }, order, CalleeAnswer.Person).IncomingUrl);
        var placed = Assert.IsType<PlaceResult.Placed>(await placer.PlaceAsync(order, default));
        Assert.Equal([order], placer.Orders);
        await placer.DisposeAsync();
        Assert.True(placer.ResultAsync(placed.CallSid).IsCompleted);
    }

    private static async Task<(CallResult Result, CallRecord Record)> CallAsync(CalleeAnswer answer, string voicemail)
    {
        HandlerHost? host = null;
        var events = new List<PhoneEvent>();
        await using var placer = new SimulatedCallPlacer(
            () => new PhoneSettings
            {
                AccountSid = HandlerHost.AccountSid,
                AuthToken = HandlerHost.Token,
                IncomingUrl = new Uri(host!.Http.BaseAddress!, "/api/voice/incoming"),
                PublicBaseUrl = new Uri(HandlerHost.PublicBase),
                PublicStreamUrl = new Uri("wss://relay.example.net/stream"),
                LocalStreamUrl = new Uri("ws://127.0.0.1:9/stream"), // nobody listens: the call ends with the apology
                VerbSpeed = 1000,
            },
            new Callee { Answer = answer, Voice = () => new SilentCaller(TimeSpan.FromSeconds(10)), OnEvent = events.Add });
        await using (host = await HandlerHost.StartAsync(
            new() { ["Outbound:Enabled"] = "true", ["Outbound:AllowedPrefixes:0"] = "+1415", ["Twilio:PhoneNumber"] = OutboundBench.From },
            services => services.AddSingleton<ICallPlacer>(placer)))
        {
            using var order = new HttpRequestMessage(HttpMethod.Post, "/api/calls") { Content = new StringContent($$"""{"to":"{{OutboundBench.To}}",{{voicemail}}}""", Encoding.UTF8, "application/json") };
            order.Headers.Add("x-functions-key", HandlerHost.OwnerKey);
            using var accepted = await host.Http.SendAsync(order);
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
            using var json = JsonDocument.Parse(await accepted.Content.ReadAsStringAsync());
            var callSid = CallSid.Parse(json.RootElement.GetProperty("callSid").GetString()!);
            var result = await placer.ResultAsync(callSid);
            Assert.IsType<CallOver>(events[^2] is CallOver ? events[^2] : events[^1]);
            return (result, CallRecord.From(callSid, await host.CallLog.ReadAsync(callSid, default)));
        }
    }
}
