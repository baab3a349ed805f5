using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.Tests.VirtualTime;
using static PhoneAgent.Tests.Relay.CallInVirtualTime;

namespace PhoneAgent.Tests.Relay;

/// <summary>How calls end that nobody hangs up: by their peers, by the clock, by silence.</summary>
public sealed class CallEndTests
{
    [Fact]
    public void A_Gemini_that_never_completes_setup_ends_the_stream_after_ten_seconds() => Call(
        async call =>
        {
            await call.Phone.StartAsync();
            var speaking = call.Phone.SpeakAsync(Seconds(30));

            var end = await call.EndAsync();

            Assert.Equal((EndReason.GeminiUnavailable, "Gemini did not complete setup within 5 s"), (end.Reason, end.Detail));
            Assert.Equal(1011, call.Phone.Closed?.CloseCode);
            await speaking;
        },
        time => new VirtualGemini(time, VirtualCall.Latency) { CompletesSetup = false });

    [Fact]
    public void A_Gemini_that_cannot_be_reached_ends_the_stream_after_ten_seconds() => Call(
        async call =>
        {
            await call.Phone.StartAsync();
            var speaking = call.Phone.SpeakAsync(Seconds(30));

            Assert.Equal("Gemini was not reached within 5 s", (await call.EndAsync()).Detail);
            Assert.Equal(EndReason.GeminiUnavailable, call.End.Reason);
            await speaking;
        },
        time => new VirtualGemini(time, VirtualCall.Latency) { ConnectsIn = Seconds(60) });

    [Fact]
    public void A_Gemini_that_refuses_ends_the_stream_with_its_reason() => Call(async call =>
    {
        await call.Phone.StartAsync();
        var speaking = call.Phone.SpeakAsync(Seconds(5));
        await call.Time.Pass(Seconds(1));
        await call.Gemini.CloseAsync(1008, "API key not valid.\n");

        var end = await call.EndAsync();
        Assert.Equal((EndReason.GeminiUnavailable, "Gemini closed the session with 1008: API key not valid."), (end.Reason, end.Detail));
        await speaking;
    });

    [Fact]
    public void A_phone_that_vanishes_ends_the_session_with_Gemini_too() => Call(async call =>
    {
        await call.Phone.StartAsync();
        await call.Phone.SpeakAsync(Seconds(2));
        call.Phone.Vanish();

        Assert.Equal(EndReason.StreamLost, (await call.EndAsync()).Reason);
        Assert.Equal(SocketReadKind.Closed, call.Gemini.Closed?.Kind);
    });

    [Fact]
    public void A_stream_without_media_for_ten_seconds_is_lost() => Call(async call =>
    {
        await call.Phone.StartAsync();
        await call.Phone.SpeakAsync(Seconds(5));

        var end = await call.EndAsync();
        Assert.Equal((EndReason.StreamLost, "no media for 10 s"), (end.Reason, end.Detail));
        Assert.InRange(call.Time.Elapsed.TotalSeconds, 15, 16.5);
    });

    [Fact]
    public void A_call_ends_at_its_time_limit() => Call(
        async call =>
        {
            await call.Phone.StartAsync();
            var speaking = call.Phone.SpeakAsync(Seconds(200));

            Assert.Equal(EndReason.TimeLimit, (await call.EndAsync()).Reason);
            Assert.InRange(call.Time.Elapsed.TotalSeconds, 60, 62);
            await speaking;
        },
        maxDuration: Seconds(60));

    [Fact]
    public void The_agent_is_told_a_minute_before_the_time_limit_and_may_end_its_goodbye() => Call(
        async call =>
        {
            await call.Phone.StartAsync();
            var speaking = call.Phone.SpeakAsync(Seconds(300));
            await call.Time.Pass(Seconds(121));
            Assert.Contains(call.Gemini.Texts, text => text.Contains("one minute"));
            await call.Time.Pass(Seconds(57));
            await call.Gemini.SayAsync(6_000, "Goodbye then.");
            await call.Gemini.CompleteTurnAsync();
            var end = await call.EndAsync();
            await speaking;

            Assert.Equal(EndReason.TimeLimit, end.Reason);
            Assert.InRange(call.Time.Elapsed.TotalSeconds, 184, 186.5);
            Assert.Equal(6_000, Assert.Single(call.Log.Events.OfType<AgentSaid>()).HeardMs);
        },
        maxDuration: Seconds(180));

    [Fact]
    public void A_silent_caller_is_asked_and_then_sent_off_politely() => Call(async call =>
    {
        await call.Phone.StartAsync();
        var speaking = call.Phone.SpeakAsync(Seconds(300));
        await call.Time.Pass(Seconds(22));
        Assert.Contains("still there", call.Gemini.Texts[^1]);
        await call.Gemini.SayAsync(2_000, "Are you still there?");
        await call.Gemini.CompleteTurnAsync();
        await call.Time.Pass(Seconds(21));
        Assert.Equal(2, call.Gemini.Texts.Count);
        await call.Time.Pass(Seconds(3));
        Assert.Contains("say goodbye", call.Gemini.Texts[^1]);
        await call.Gemini.SayAsync(4_000, "Goodbye.");
        await call.Gemini.CompleteTurnAsync();
        var end = await call.EndAsync();
        await speaking;

        Assert.Equal(EndReason.IdleCaller, end.Reason);
        Assert.Equal(1000, call.Phone.Closed?.CloseCode);
        Assert.All(call.Log.Events.OfType<AgentSaid>(), said => Assert.Equal(said.GeneratedMs, said.HeardMs));
    }, idleSeconds: 20);

    [Fact]
    public void A_callers_silence_counts_from_the_end_of_what_they_hear_not_of_what_was_generated() => Call(async call =>
    {
        await call.Phone.StartAsync();
        var line = call.Phone.KeepSilentAsync(Seconds(70));
        await call.Time.Pass(Seconds(1));
        await call.Gemini.SayAsync(30_000, "A long story.");
        await call.Gemini.CompleteTurnAsync(); // generated within a second, heard for thirty
        await call.Time.Pass(Seconds(49));
        Assert.DoesNotContain(call.Gemini.Texts, text => text.Contains("still there", StringComparison.Ordinal));
        await call.Time.Pass(Seconds(3));
        Assert.Contains("still there", call.Gemini.Texts[^1], StringComparison.Ordinal);
        await line;
        await call.Phone.HangUpAsync();
        await call.EndAsync();
    }, idleSeconds: 20);

    [Fact]
    public void A_caller_who_comes_back_is_not_sent_off() => Call(async call =>
    {
        await call.Phone.StartAsync();
        var speaking = call.Phone.SpeakAsync(Seconds(70));
        await call.Time.Pass(Seconds(22));
        await call.Gemini.SendAsync("""{"serverContent":{"inputTranscription":{"text":"Yes, one moment."}}}""");
        await call.Time.Pass(Seconds(19));
        await call.Phone.SendAsync("""{"event":"dtmf","dtmf":{"digit":"1"}}""");
        await call.Time.Pass(Seconds(19));
        Assert.Equal(3, call.Gemini.Texts.Count);
        Assert.EndsWith("keypad: 1", call.Gemini.Texts[^1], StringComparison.Ordinal);
        await speaking;
        await call.Phone.HangUpAsync();

        Assert.Equal(EndReason.CallerHungUp, (await call.EndAsync()).Reason);
    }, idleSeconds: 20);

    [Fact]
    public void A_flood_of_messages_is_closed_with_1008() => Call(async call =>
    {
        await call.Phone.StartAsync();
        for (var i = 0; i < 600; i++)
        {
            await call.Phone.SendAsync("""{"event":"mark","mark":{"name":"1"}}""");
        }

        Assert.Equal((EndReason.ProtocolViolation, 1008), ((await call.EndAsync()).Reason, call.Phone.Closed?.CloseCode));
    });
}
