using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.Tests.VirtualTime;
using static PhoneAgent.Tests.Relay.CallInVirtualTime;

namespace PhoneAgent.Tests.Relay;

/// <summary>What is said in whole calls, in virtual time.</summary>
public sealed class CallSessionTests
{
    [Fact]
    public void A_call_is_greeted_and_everything_the_caller_says_reaches_Gemini() => Call(async call =>
    {
        await call.Phone.StartAsync();
        await call.Phone.SpeakAsync(Seconds(3));
        await call.Phone.HangUpAsync();

        Assert.Equal(EndReason.CallerHungUp, (await call.EndAsync()).Reason);

        Assert.Equal(["Greet the caller."], call.Gemini.Texts);
        Assert.Equal(150 * 320, call.Gemini.Heard.Count);
        Assert.Equal(Expected16k(150), call.Gemini.Heard);
        Assert.Equal(SocketReadKind.Closed, call.Gemini.Closed?.Kind);
        Assert.Equal((3_000, 3_000, 0), (call.End.Figures.CallerMs, call.End.Figures.CallerMsToGemini, call.End.Figures.CallerMsDropped));
    });

    [Fact]
    public void What_is_said_while_Gemini_is_being_reached_is_not_lost() => Call(
        async call =>
        {
            await call.Phone.StartAsync();
            await call.Phone.SpeakAsync(Seconds(8));
            await call.Phone.HangUpAsync();
            await call.EndAsync();

            Assert.Equal(Expected16k(400), call.Gemini.Heard);
        },
        time => new VirtualGemini(time, VirtualCall.Latency) { ConnectsIn = Seconds(4) });

    [Fact]
    public void The_agents_setup_is_that_of_its_profile() => Call(async call =>
    {
        await call.Phone.StartAsync();
        await call.Phone.SpeakAsync(Seconds(1));
        await call.Phone.HangUpAsync();
        await call.EndAsync();

        var setup = call.Gemini.Setup;
        Assert.Equal("models/gemini-3.8-live", setup.GetProperty("model").GetString());
        Assert.Equal("You answer the phone.", setup.GetProperty("systemInstruction").GetProperty("parts")[0].GetProperty("text").GetString());
        Assert.Equal("AUDIO", setup.GetProperty("generationConfig").GetProperty("responseModalities")[0].GetString());
        Assert.Equal(500, setup.GetProperty("realtimeInputConfig").GetProperty("automaticActivityDetection").GetProperty("silenceDurationMs").GetInt32());
        Assert.True(setup.GetProperty("contextWindowCompression").TryGetProperty("slidingWindow", out _));
        Assert.True(setup.TryGetProperty("inputAudioTranscription", out _));
        Assert.True(setup.TryGetProperty("outputAudioTranscription", out _));
    });

    [Fact]
    public void The_agent_is_heard_to_its_end_with_a_bounded_lead() => Call(async call =>
    {
        await call.Phone.StartAsync();
        var speaking = call.Phone.SpeakAsync(Seconds(8));
        await call.Time.Pass(Seconds(1));
        await call.Gemini.SayAsync(4_000, "Hello, this is the bookshop.");
        await call.Gemini.CompleteTurnAsync();
        await speaking;
        await call.Phone.HangUpAsync();
        await call.EndAsync();

        Assert.InRange(call.Phone.MaxLead.TotalMilliseconds, 300, 400);
        Assert.Equal(4_000 + (Downsampler24To8.TailSamples / 8.0), call.Phone.ReceivedMs);
        var said = Assert.Single(call.Log.Events.OfType<AgentSaid>());
        Assert.Equal(("Hello, this is the bookshop.", "Hello, this is the bookshop.", 4_000, 4_000), (said.Text, said.HeardText, said.GeneratedMs, said.HeardMs));
        Assert.Equal((4_000, 4_000), (call.End.Figures.AgentMs, call.End.Figures.AgentMsHeard));
        Assert.Equal(120, call.End.Figures.TotalTokens);
    });

    [Fact]
    public void An_interruption_silences_the_agent_at_once_and_the_log_knows_what_was_heard() => Call(async call =>
    {
        await call.Phone.StartAsync();
        var speaking = call.Phone.SpeakAsync(Seconds(6));
        await call.Time.Pass(Seconds(1));
        await call.Gemini.SayAsync(4_000, "one two three four five six seven eight");
        await call.Time.Pass(Seconds(2));
        var interruptedAt = call.Time.Elapsed;
        await call.Gemini.SendAsync("""{"serverContent":{"interrupted":true}}""");
        await call.Gemini.SendAsync("""{"serverContent":{"outputTranscription":{"text":" nine ten"}}}""");
        await call.Gemini.SendAsync("""{"serverContent":{"turnComplete":true}}""");
        await speaking;
        await call.Phone.HangUpAsync();
        await call.EndAsync();

        var cleared = Assert.Single(call.Phone.Clears);
        Assert.Equal(2 * VirtualCall.Latency, cleared - interruptedAt);
        var truth = call.Phone.ReceivedMs - call.Phone.ClearedMs;
        var said = Assert.Single(call.Log.Events.OfType<AgentSaid>());
        Assert.InRange(said.HeardMs - truth, -60, 60);
        Assert.Equal("one two three four", said.HeardText);
        Assert.Equal(said.HeardMs, Assert.Single(call.Log.Events.OfType<AgentInterrupted>()).HeardMs);
        Assert.Equal(1, call.End.Figures.Interruptions);
    });

    [Fact]
    public void An_interruption_after_generation_ended_still_clears_what_plays() => Call(async call =>
    {
        await call.Phone.StartAsync();
        var speaking = call.Phone.SpeakAsync(Seconds(6));
        await call.Time.Pass(Seconds(1));
        await call.Gemini.SayAsync(4_000, "one two three four");
        await call.Gemini.CompleteTurnAsync();
        await call.Time.Pass(Seconds(1));
        await call.Gemini.SendAsync("""{"serverContent":{"interrupted":true}}""");
        await speaking;
        await call.Phone.HangUpAsync();
        await call.EndAsync();

        Assert.Single(call.Phone.Clears);
        Assert.InRange(call.Phone.ReceivedMs - call.Phone.ClearedMs, 900, 1_100);
        Assert.InRange(Assert.Single(call.Log.Events.OfType<AgentSaid>()).HeardMs, 900, 1_100);
    });

    [Fact]
    public void The_agent_speaks_again_after_an_interruption() => Call(async call =>
    {
        await call.Phone.StartAsync();
        var speaking = call.Phone.SpeakAsync(Seconds(8));
        await call.Time.Pass(Seconds(1));
        await call.Gemini.SayAsync(2_000, "first");
        await call.Time.Pass(Seconds(1));
        await call.Gemini.SendAsync("""{"serverContent":{"interrupted":true,"turnComplete":true}}""");
        await call.Gemini.SendAsync("""{"serverContent":{"inputTranscription":{"text":" and the caller"}}}""");
        await call.Gemini.SayAsync(2_000, "second");
        await call.Gemini.CompleteTurnAsync();
        await speaking;
        await call.Phone.HangUpAsync();
        await call.EndAsync();

        Assert.Equal(
            ["", "and the caller", "second"],
            call.Log.Events.Select(e => e switch { AgentSaid said => said.HeardText, CallerSaid said => said.Text, _ => null }).OfType<string>());
        Assert.Equal(2_000, call.Log.Events.OfType<AgentSaid>().Last().HeardMs);
    });

    [Fact]
    public void A_stopping_relay_hands_the_call_over_and_loses_no_word_of_the_caller() => Call(async call =>
    {
        await call.Phone.StartAsync();
        var speaking = call.Phone.SpeakAsync(Seconds(10));
        await call.Time.Pass(Seconds(5));
        call.Session.End(new CallEnd(EndReason.HandedOver, null, CallEnd.Restart));
        var end = await call.EndAsync();
        await speaking;

        Assert.Equal(EndReason.HandedOver, end.Reason);
        Assert.Equal(1012, call.Phone.Closed?.CloseCode);
        Assert.Equal(call.Phone.Frames * 320, call.Gemini.Heard.Count);
    });

    [Fact]
    public void Messages_that_cannot_be_read_are_counted_and_skipped() => Call(async call =>
    {
        await call.Phone.SendAsync("not json");
        await call.Phone.StartAsync();
        await call.Phone.SendAsync("{");
        await call.Phone.SendAsync("""{"event":"weather"}""");
        await call.Phone.SendAsync("""{"event":"media","media":{"payload":"***"}}""");
        await call.Phone.SendAsync("""{"event":"mark","mark":{"name":"not ours"}}""");
        await call.Phone.SendAsync("""{"event":"dtmf","dtmf":{"digit":"77"}}""");
        await call.Phone.SendAsync("""{"event":"dtmf","dtmf":{"digit":"7"}}""");
        await call.Phone.SpeakAsync(Seconds(1));
        await call.Gemini.SendAsync("not json");
        await call.Gemini.SendAsync("""{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm","data":"***"}}]}}}""");
        await call.Gemini.SendAsync("""{"somethingNew":{}}""");
        await call.Phone.SpeakAsync(Seconds(1));
        await call.Phone.HangUpAsync();
        await call.EndAsync();

        Assert.Equal(8, call.End.Figures.MalformedMessages);
        Assert.Equal("7", Assert.Single(call.Log.Events.OfType<DigitPressed>()).Digit);
        Assert.Equal(100 * 320, call.Gemini.Heard.Count);
    });

    [Fact]
    public void A_function_that_does_not_exist_is_answered_once_with_an_error() => Call(async call =>
    {
        await call.Phone.StartAsync();
        await call.Phone.SpeakAsync(Seconds(1));
        await call.Gemini.SendAsync("""{"toolCall":{"functionCalls":[{"id":"call-1","name":"launch_rocket","args":{}}]}}""");
        await call.Phone.SpeakAsync(Seconds(1));
        await call.Phone.HangUpAsync();
        await call.EndAsync();

        var answer = Assert.Single(call.Gemini.ToolAnswers).GetProperty("functionResponses")[0];
        Assert.Equal(("call-1", "launch_rocket"), (answer.GetProperty("id").GetString(), answer.GetProperty("name").GetString()));
        Assert.True(answer.GetProperty("response").TryGetProperty("error", out _));
    });

    [Fact]
    public void The_same_ten_minutes_leave_the_same_trace_every_time()
    {
        var first = TraceOfTenMinutes();

        Assert.True(first.Count > 3_000);
        Assert.Equal(first, TraceOfTenMinutes());
    }

    private static List<string> TraceOfTenMinutes()
    {
        List<string> trace = [];
        Call(async call =>
        {
            await call.Phone.StartAsync();
            var speaking = call.Phone.SpeakAsync(TimeSpan.FromMinutes(10));
            for (var minute = 0; minute < 10; minute++)
            {
                await call.Time.Pass(Seconds(5));
                await call.Gemini.SayAsync(50_000, "a long story");
                await call.Time.Pass(Seconds(50));
                await call.Gemini.SendAsync("""{"serverContent":{"interrupted":true,"turnComplete":true}}""");
                await call.Time.Pass(Seconds(4.9));
            }

            await speaking;
            await call.Phone.HangUpAsync();
            await call.EndAsync();
            trace = [.. call.Phone.Trace, .. call.Log.Events.Select(e => e.ToString())];
        });
        return trace;
    }

    private static short[] Expected16k(int frames)
    {
        var mulaw = Enumerable.Range(0, frames * 160).Select(i => (byte)i).ToArray();
        var pcm8k = new short[mulaw.Length];
        var pcm16k = new short[2 * mulaw.Length];
        MuLaw.Decode(mulaw, pcm8k);
        new Upsampler8To16().Process(pcm8k, pcm16k);
        return pcm16k;
    }
}
