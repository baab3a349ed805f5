using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Phone.Streams;

namespace PhoneAgent.Tests.Phone;

/// <summary>The whole phone against a scripted webhook and stream server on real loopback sockets.</summary>
[Collection(RealTimeCollection.Name)]
public sealed class SimulatedPhoneTests : IAsyncLifetime
{
    private ScriptedApplication _application = null!;

    public async Task InitializeAsync()
    {
        _application = await ScriptedApplication.StartAsync();
        _application.Twiml["/incoming"] = _ => _application.ConnectTwiml();
        _application.Twiml["/ended"] = _ => "<Response><Hangup/></Response>";
    }

    public async Task DisposeAsync() => await _application.DisposeAsync();

    [Fact]
    public async Task A_stream_opens_with_connected_and_start_and_carries_fifty_frames_a_second()
    {
        ServerStream? seen = null;
        _application.Stream = async stream =>
        {
            seen = stream;
            await stream.ReadFramesAsync(50);
            await stream.CloseAsync();
        };
        var began = TimeProvider.System.GetTimestamp();
        var result = await CallAsync(new SilentCaller(TimeSpan.FromSeconds(30)));
        var tookMs = TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;

        Assert.Equal("""{"event":"connected","protocol":"Call","version":"1.0.0"}""", seen!.Received[0].ToJsonString());
        var start = seen.Received[1];
        Assert.Equal(("start", "1"), ((string?)start["event"], (string?)start["sequenceNumber"]));
        Assert.Equal(result.CallSid, (string?)start["start"]!["callSid"]);
        Assert.Equal(ScriptedApplication.AccountSid, (string?)start["start"]!["accountSid"]);
        Assert.Equal("host & friend", (string?)start["start"]!["customParameters"]!["agent"]);
        var media = seen.Media.ToList();
        Assert.InRange(media.Count, 50, (int)(tookMs / 20) + 1); // never faster than real time
        for (var i = 0; i < media.Count; i++)
        {
            var frame = media[i]["media"]!;
            Assert.Equal($"{i + 2}", (string?)media[i]["sequenceNumber"]);
            Assert.Equal(($"{i + 1}", $"{i * 20}", "inbound"), ((string?)frame["chunk"], (string?)frame["timestamp"], (string?)frame["track"]));
            Assert.Equal(160, Convert.FromBase64String((string)frame["payload"]!).Length);
        }

        Assert.Equal(media.Count, result.CallerFramesSent);
    }

    [Fact]
    public async Task The_server_closing_the_stream_makes_twilio_ask_the_action_and_is_no_error()
    {
        _application.Stream = static async stream =>
        {
            await stream.ReadFramesAsync(3);
            await stream.CloseAsync();
        };
        var result = await CallAsync(new SilentCaller(TimeSpan.FromSeconds(30)));
        Assert.Empty(result.Errors);
        Assert.Equal(CallEnding.HungUpByTwiml, result.Ending);
        Assert.Equal(StreamEndKind.ServerClosed, Assert.Single(result.Streams).End.Kind);
        Assert.Equal("done", result.Streams[0].End.CloseDescription);
        Assert.Equal(["/incoming ringing", "close", "/ended in-progress", "/status completed"], _application.Order);
        Assert.Equal(["/incoming", "/ended"], result.Documents.Select(document => document.Url.AbsolutePath));
    }

    [Fact]
    public async Task Webhooks_and_handshake_are_signed_and_filled_in_as_twilio_does()
    {
        _application.Stream = static stream => stream.CloseAsync();
        await CallAsync(new SilentCaller(TimeSpan.FromSeconds(30)));
        foreach (var webhook in _application.Webhooks)
        {
            var form = webhook.Form.ToDictionary(field => field.Key, field => (string)field.Value!);
            Assert.Equal("TwilioProxy/1.1", webhook.Headers.UserAgent);
            Assert.Equal("application/x-www-form-urlencoded; charset=UTF-8", webhook.Headers.ContentType);
            Assert.Equal(36, webhook.Headers["I-Twilio-Idempotency-Token"].ToString().Length);
            Assert.Equal(
                RequestSignature.Of(ScriptedApplication.AuthToken, new Uri(_application.Origin, webhook.Path).AbsoluteUri, form),
                webhook.Headers["X-Twilio-Signature"]);
            Assert.Equal(("2010-04-01", "inbound", "+14155550123", "+14155550199"), (form["ApiVersion"], form["Direction"], form["From"], form["To"]));
            Assert.Matches("^CA[0-9a-f]{32}$", form["CallSid"]);
        }

        var status = _application.Webhooks.Last().Form;
        Assert.Equal(("0", "1", "call-progress-events"), ((string?)status["SequenceNumber"], (string?)status["CallDuration"], (string?)status["CallbackSource"]));
        Assert.Matches("^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} \\+0000$", (string)status["Timestamp"]!);
        var handshake = Assert.Single(_application.Handshakes);
        Assert.Equal("Twilio.TmeWs/1.0", handshake.UserAgent);
        Assert.Equal(RequestSignature.OfHandshake(ScriptedApplication.AuthToken, _application.StreamUrl), handshake["X-Twilio-Signature"]);
    }

    [Fact]
    public async Task Public_addresses_are_signed_while_the_requests_go_to_loopback()
    {
        _application.Twiml["/incoming"] = static _ =>
            """<Response><Connect action="https://phone.example/ended"><Stream url="wss://relay.example/stream/x"/></Connect></Response>""";
        _application.Stream = static stream => stream.CloseAsync();
        var result = await CallAsync(new SilentCaller(TimeSpan.FromSeconds(30)), _application.Settings with
        {
            PublicBaseUrl = new Uri("https://phone.example"),
            StatusCallbackUrl = new Uri("https://phone.example/status"),
            PublicStreamUrl = new Uri("wss://relay.example/stream"),
            LocalStreamUrl = new Uri(_application.StreamUrl),
        });
        Assert.Empty(result.Errors);
        foreach (var webhook in _application.Webhooks)
        {
            Assert.Equal(
                RequestSignature.Of(
                    ScriptedApplication.AuthToken, "https://phone.example" + webhook.Path, webhook.Form.ToDictionary(field => field.Key, field => (string)field.Value!)),
                webhook.Headers["X-Twilio-Signature"]);
        }

        Assert.Equal(
            RequestSignature.OfHandshake(ScriptedApplication.AuthToken, "wss://relay.example/stream/x"), _application.Handshakes.Single()["X-Twilio-Signature"]);
    }

    [Fact]
    public async Task A_caller_who_hangs_up_means_stop_then_close_then_action_then_status()
    {
        var result = await CallAsync(new SilentCaller(TimeSpan.FromMilliseconds(200)));
        Assert.Equal(CallEnding.CallerHungUp, result.Ending);
        Assert.Empty(result.Errors);
        Assert.Equal(["/incoming ringing", "stop", "close", "/ended completed", "/status completed"], _application.Order);
        Assert.Equal(StreamEndKind.CallEnded, result.Streams.Single().End.Kind);
    }

    [Fact]
    public async Task Marks_come_back_when_their_audio_was_played_and_on_clear()
    {
        var order = new List<string>();
        var framesWhilePlaying = 0;
        _application.Stream = async stream =>
        {
            await stream.ReadFramesAsync(1);
            await stream.SendMarkAsync("at once");
            order.Add(await MarkAsync(stream));
            var before = stream.Media.Count();
            await stream.SendMediaAsync(Tones.MuLaw(200));
            await stream.SendMarkAsync("played");
            await stream.SendMediaAsync(Tones.MuLaw(5000));
            await stream.SendMarkAsync("dropped");
            order.Add(await MarkAsync(stream));
            framesWhilePlaying = stream.Media.Count() - before;
            await stream.SendClearAsync();
            order.Add(await MarkAsync(stream));
            await stream.CloseAsync();
        };
        var result = await CallAsync(new SilentCaller(TimeSpan.FromSeconds(30)));
        Assert.Equal(["at once", "played", "dropped"], order);
        Assert.True(framesWhilePlaying >= 9, $"200 ms of audio were said to be played after {framesWhilePlaying} frames");
        Assert.Equal(5200, result.AgentMsHeard + result.AgentMsCleared, 3);
        Assert.InRange(result.AgentMsHeard, 200, 2000);
        Assert.Equal(result.CallerSaid.Length, result.CallerHeard.Length);
    }

    [Fact]
    public async Task Pressed_keys_arrive_as_dtmf()
    {
        ServerStream? seen = null;
        _application.Stream = async stream =>
        {
            seen = stream;
            await stream.ReadUntilAsync("dtmf");
            await stream.CloseAsync();
        };
        var result = await CallAsync(new KeyPresser("5"));
        Assert.Empty(result.Errors);
        Assert.Equal("5", (string?)seen!.Received.Single(message => (string?)message["event"] == "dtmf")["dtmf"]!["digit"]);
    }

    [Theory]
    [InlineData(101, "stream-started stream-stopped")]
    [InlineData(403, "stream-error")]
    public async Task The_streams_own_status_callback_is_told_of_its_progress(int handshakeStatus, string told)
    {
        _application.HandshakeStatus = handshakeStatus;
        _application.Stream = static stream => stream.CloseAsync();
        _application.Twiml["/stream-status"] = static _ => "<Response/>";
        _application.Twiml["/incoming"] = _ =>
            $"""<Response><Connect><Stream name="leg" url="{_application.StreamUrl}" statusCallback="/stream-status"/></Connect></Response>""";
        var result = await CallAsync(new SilentCaller(TimeSpan.FromSeconds(30)));
        var forms = _application.Webhooks.Where(webhook => webhook.Path == "/stream-status").Select(webhook => webhook.Form).ToList();
        Assert.Equal(told, string.Join(' ', forms.Select(form => (string?)form["StreamEvent"])));
        Assert.All(forms, form => Assert.Equal((result.CallSid, "leg"), ((string?)form["CallSid"], (string?)form["StreamName"])));
        Assert.All(forms, form => Assert.Matches("^MZ[0-9a-f]{32}$", (string)form["StreamSid"]!));
        Assert.Equal(handshakeStatus != 101, forms[^1].ContainsKey("StreamError"));
    }

    private static async Task<string> MarkAsync(ServerStream stream)
    {
        await stream.ReadUntilAsync("mark");
        return (string)stream.Received.Last(message => (string?)message["event"] == "mark")["mark"]!["name"]!;
    }

    private async Task<CallResult> CallAsync(ICaller caller, PhoneSettings? settings = null)
    {
        using var phone = new SimulatedPhone(settings ?? _application.Settings);
        return await phone.CallAsync(caller);
    }
}
