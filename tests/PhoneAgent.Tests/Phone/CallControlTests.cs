using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;

namespace PhoneAgent.Tests.Phone;

/// <summary>What the phone does with TwiML other than a stream.</summary>
[Collection(RealTimeCollection.Name)]
public sealed class CallControlTests : IAsyncLifetime
{
    private static readonly SilentCaller Patient = new(TimeSpan.FromMinutes(1));

    private ScriptedApplication _application = null!;

    public async Task InitializeAsync()
    {
        _application = await ScriptedApplication.StartAsync();
        _application.Twiml["/end"] = static _ => "<Response><Hangup/></Response>";
    }

    public async Task DisposeAsync() => await _application.DisposeAsync();

    [Fact]
    public async Task Verbs_run_in_order_and_what_is_said_is_noted()
    {
        var verbs = new List<string>();
        Incoming("<Say>One moment</Say><Pause length=\"2\"/><Say>Goodbye</Say>");
        var result = await CallAsync(Patient, onEvent: happened =>
        {
            if (happened is VerbBegan began)
            {
                verbs.Add(began.Verb.GetType().Name);
            }
        });
        Assert.Equal(CallEnding.TwimlRanOut, result.Ending);
        Assert.Equal(["Say", "Pause", "Say"], verbs);
        Assert.Equal(["One moment", "Goodbye"], result.Announcements);
    }

    [Fact]
    public async Task A_redirect_is_followed_relative_to_its_document_and_get_carries_the_fields_in_a_signed_query()
    {
        Incoming("""<Redirect method="GET">end?a=%2F</Redirect><Say>never said</Say>""");
        var result = await CallAsync(Patient);
        Assert.Empty(result.Announcements);
        var redirected = _application.Webhooks.ElementAt(1);
        Assert.StartsWith("?a=%2F&AccountSid=AC", redirected.Query, StringComparison.Ordinal);
        Assert.Equal(
            RequestSignature.Of(ScriptedApplication.AuthToken, new Uri(_application.Origin, "/end").AbsoluteUri + redirected.Query, []),
            redirected.Headers["X-Twilio-Signature"]);
    }

    [Fact]
    public async Task TwiML_that_goes_round_in_circles_ends_the_call()
    {
        Incoming("<Redirect>/incoming</Redirect>");
        var result = await CallAsync(Patient);
        Assert.Equal(CallEnding.TwimlLoop, result.Ending);
        Assert.Equal(50, result.Documents.Count);
        Assert.Equal([11215], result.Errors.Select(error => error.Code));
    }

    [Theory]
    [InlineData("completed", "true")]
    [InlineData("busy", "false")]
    [InlineData("no-answer", "false")]
    public async Task A_dial_tells_its_outcome_to_the_action(string outcome, string bridged)
    {
        Incoming("""<Dial action="/end" timeLimit="60">+14155550111</Dial>""");
        string? dialled = null;
        await CallAsync(Patient, _application.Settings with
        {
            Dialling = (dial, _) =>
            {
                dialled = dial.Number;
                return Task.FromResult(new DialOutcome(outcome, TimeSpan.FromSeconds(7)));
            },
        });
        var form = _application.Webhooks.ElementAt(1).Form;
        Assert.Equal("+14155550111", dialled);
        Assert.Equal((outcome, "7", bridged), ((string?)form["DialCallStatus"], (string?)form["DialCallDuration"], (string?)form["DialBridged"]));
        Assert.Equal("in-progress", form["CallStatus"]);
    }

    [Theory]
    [InlineData(DialledPerson.Answers, "completed", "true", "2")]
    [InlineData(DialledPerson.Declines, "completed", "false", "0")]
    [InlineData(DialledPerson.Busy, "busy", "false", "0")]
    [InlineData(DialledPerson.NoAnswer, "no-answer", "false", "0")]
    public async Task A_dialled_person_hears_the_whisper_on_a_leg_of_their_own_and_takes_the_call_or_not(DialledPerson person, string status, string bridged, string seconds)
    {
        Incoming("""<Dial timeout="5" action="/end"><Number url="/whisper">+14155550111</Number></Dial>""");
        _application.Twiml["/whisper"] = static form => form.ContainsKey("Digits")
            ? "<Response/>"
            : """<Response><Gather numDigits="1" timeout="1" finishOnKey="" action="/whisper"><Say>Press a key</Say></Gather><Hangup/></Response>""";
        var result = await CallAsync(Patient, _application.Settings.With(person) with { VerbSpeed = 20 });
        var action = _application.Webhooks.Single(webhook => webhook.Path == "/end").Form;
        Assert.Equal((status, bridged, seconds), ((string?)action["DialCallStatus"], (string?)action["DialBridged"], (string?)action["DialCallDuration"]));
        var whispers = _application.Webhooks.Where(webhook => webhook.Path == "/whisper").Select(webhook => webhook.Form).ToList();
        Assert.Equal(person switch { DialledPerson.Answers => 2, DialledPerson.Declines => 1, _ => 0 }, whispers.Count);
        Assert.All(whispers, form => Assert.Equal(
            (result.CallSid, (string?)action["DialCallSid"], "outbound-dial", "+14155550111"),
            ((string?)form["ParentCallSid"], (string?)form["CallSid"], (string?)form["Direction"], (string?)form["To"])));
        Assert.Equal(whispers.Count > 0 ? ["Press a key"] : Array.Empty<string>(), result.Whispers);
        Assert.Empty(result.Announcements);
        Assert.Empty(result.Errors);
    }

    [Fact]
    public async Task Gathered_digits_go_to_the_action()
    {
        Incoming("""<Gather numDigits="2" action="/end"><Pause length="600"/></Gather><Say>no digits</Say>""");
        var result = await CallAsync(new KeyPresser("42"), _application.Settings with { VerbSpeed = 1 });
        Assert.Equal("42", _application.Webhooks.ElementAt(1).Form["Digits"]);
        Assert.Empty(result.Announcements);
    }

    [Fact]
    public async Task Without_digits_gather_falls_through()
    {
        Incoming("""<Gather timeout="1" action="/end"/><Say>no digits</Say>""");
        Assert.Equal(["no digits"], (await CallAsync(Patient)).Announcements);
    }

    [Fact]
    public async Task A_rejected_call_is_never_answered()
    {
        Incoming("""<Reject reason="busy"/>""");
        var result = await CallAsync(Patient);
        Assert.Equal((CallEnding.Rejected, 0), (result.Ending, result.DurationMs));
        Assert.Equal(["/incoming ringing", "/status busy"], _application.Order);
    }

    [Fact]
    public async Task The_time_limit_ends_the_call()
    {
        Incoming("<Pause length=\"14400\"/>");
        Assert.Equal(CallEnding.TimeLimit, (await CallAsync(Patient, _application.Settings with { TimeLimit = TimeSpan.FromMilliseconds(100) })).Ending);
    }

    [Fact]
    public async Task Hanging_up_during_a_pause_ends_the_call_without_another_request()
    {
        Incoming("<Pause length=\"14400\"/><Redirect>/end</Redirect>");
        Assert.Equal(CallEnding.CallerHungUp, (await CallAsync(new SilentCaller(TimeSpan.FromMilliseconds(100)))).Ending);
        Assert.Equal(["/incoming ringing", "/status completed"], _application.Order);
    }

    [Fact]
    public async Task An_outbound_call_reports_every_step_in_order()
    {
        Incoming("<Hangup/>");
        var result = await CallAsync(Patient, _application.Settings with
        {
            Direction = CallDirection.OutboundApi,
            IncomingUrl = new Uri(_application.Origin, "/incoming?request=r1"),
            CallSid = "CA00000000000000000000000000000001",
            AnsweredBy = "human",
        });
        Assert.Equal(CallEnding.HungUpByTwiml, result.Ending);
        var statuses = _application.Webhooks.Where(webhook => webhook.Path == "/status").Select(webhook => webhook.Form).ToList();
        Assert.Equal(["initiated", "ringing", "in-progress", "completed"], statuses.Select(form => (string?)form["CallStatus"]));
        Assert.Equal(["0", "1", "2", "3"], statuses.Select(form => (string?)form["SequenceNumber"]));
        var answer = _application.Webhooks.Single(webhook => webhook.Path == "/incoming");
        Assert.Equal("?request=r1", answer.Query);
        Assert.Equal(
            ("in-progress", "outbound-api", "human", "CA00000000000000000000000000000001"),
            ((string?)answer.Form["CallStatus"], (string?)answer.Form["Direction"], (string?)answer.Form["AnsweredBy"], (string?)answer.Form["CallSid"]));
    }

    [Fact]
    public async Task An_outbound_call_nobody_takes_asks_for_no_twiml()
    {
        var result = await CallAsync(Patient, _application.Settings with { Direction = CallDirection.OutboundApi, Unanswered = "no-answer" });
        Assert.Equal(CallEnding.Unanswered, result.Ending);
        Assert.Equal(["/status initiated", "/status ringing", "/status no-answer"], _application.Order);
    }

    [Fact]
    public async Task A_seeded_random_gives_the_same_names_again()
    {
        Incoming("<Hangup/>");
        var first = await CallAsync(Patient, _application.Settings with { Random = new Random(1) });
        var second = await CallAsync(Patient, _application.Settings with { Random = new Random(1) });
        Assert.Equal(first.CallSid, second.CallSid);
    }

    private void Incoming(string verbs) => _application.Twiml["/incoming"] = _ => $"<Response>{verbs}</Response>";

    private async Task<CallResult> CallAsync(ICaller caller, PhoneSettings? settings = null, Action<PhoneEvent>? onEvent = null)
    {
        using var phone = new SimulatedPhone(settings ?? _application.Settings);
        return await phone.CallAsync(caller, onEvent);
    }
}
