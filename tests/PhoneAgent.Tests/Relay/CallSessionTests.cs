using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.Tests.Relay;

/// <summary>Whole calls in virtual time.</summary>
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
    public void A_start_of_another_call_is_closed_with_1008_before_Gemini_is_reached() => Call(async call =>
    {
        await call.Phone.StartAsync(callSid: "CA00000000000000000000000000000002");
        await AssertRefusedAsync(call, EndReason.ProtocolViolation, 1008);
    });

    [Fact]
    public void A_start_of_another_account_is_closed_with_1008_before_Gemini_is_reached() => Call(async call =>
    {
        await call.Phone.StartAsync(accountSid: "AC00000000000000000000000000000002");
        await AssertRefusedAsync(call, EndReason.ProtocolViolation, 1008);
    });

    [Fact]
    public void A_stream_that_never_starts_is_given_up_after_ten_seconds() => Call(async call =>
    {
        await call.Phone.SendAsync("""{"event":"connected"}""");

        Assert.Equal(EndReason.ProtocolViolation, (await call.EndAsync()).Reason);
        Assert.Equal(10, call.Time.Elapsed.TotalSeconds, 0.1);
        Assert.Equal(0, call.Gemini.Sessions);
    });

    [Fact]
    public void A_ticket_admits_one_stream_only() => Run(async time =>
    {
        var log = new MemoryCallLog();
        using var first = new VirtualCall(time, log: log);
        using var second = new VirtualCall(time, log: log);
        await first.Phone.StartAsync();
        await time.Pass(Seconds(1));
        await second.Phone.StartAsync();
        await AssertRefusedAsync(second, EndReason.ProtocolViolation, 1008, logged: 1);

        await first.Phone.HangUpAsync();
        Assert.Equal(EndReason.CallerHungUp, (await first.EndAsync()).Reason);
    });

    [Fact]
    public void A_call_that_has_ended_gets_no_second_agent() => Run(async time =>
    {
        var log = new MemoryCallLog();
        using var first = new VirtualCall(time, log: log);
        await first.Phone.StartAsync();
        await time.Pass(Seconds(1));
        await first.Phone.HangUpAsync();
        await first.EndAsync();
        using var second = new VirtualCall(time, log: log, nonce: "fedcba9876543210fedcba9876543210");
        await second.Phone.StartAsync();
        await AssertRefusedAsync(second, EndReason.CallerHungUp, 1000, logged: 1);
    });

    [Fact]
    public void Without_the_call_log_no_call_begins() => Call(async call =>
    {
        call.Log.Away = true;
        await call.Phone.StartAsync();
        await AssertRefusedAsync(call, EndReason.InternalError, 1011);
    });

    [Fact]
    public void A_call_goes_on_while_the_log_is_away_and_its_facts_are_stored_afterwards() => Call(async call =>
    {
        await call.Phone.StartAsync();
        var speaking = call.Phone.SpeakAsync(Seconds(60));
        await call.Time.Pass(Seconds(1));
        call.Log.Away = true;
        await call.Gemini.SendAsync("""{"serverContent":{"inputTranscription":{"text":"said meanwhile"}}}""");
        await call.Gemini.SayAsync(1_000, "answered meanwhile");
        await call.Gemini.CompleteTurnAsync();
        await call.Time.Pass(Seconds(30));
        call.Log.Away = false;
        await speaking;
        await call.Phone.HangUpAsync();
        await call.EndAsync();

        Assert.Equal(3_000 * 320, call.Gemini.Heard.Count);
        Assert.Equal("said meanwhile", Assert.Single(call.Log.Events.OfType<CallerSaid>()).Text);
        Assert.Equal("answered meanwhile", Assert.Single(call.Log.Events.OfType<AgentSaid>()).Text);
        Assert.Equal(Enumerable.Range(1, call.Log.Events.Count), call.Log.Events.Select(e => (int)e.Relay!.Sequence));
    });

    [Fact]
    public void Facts_that_a_log_is_away_for_are_bounded_and_no_frame_of_audio_is_lost_for_them() => Call(async call =>
    {
        await call.Phone.StartAsync();
        var speaking = call.Phone.SpeakAsync(Seconds(30));
        await call.Time.Pass(Seconds(2));
        var before = call.Log.Events.Count;
        call.Log.Away = true;
        for (var i = 0; i < CallJournal.Capacity + 300; i++)
        {
            await call.Phone.SendAsync("""{"event":"dtmf","dtmf":{"digit":"1"}}""");
            await call.Time.Pass(Seconds(0.01));
        }

        call.Log.Away = false;
        await speaking;
        await call.Phone.HangUpAsync();
        await call.EndAsync();

        Assert.Equal(call.Phone.Frames * 320, call.Gemini.Heard.Count);
        Assert.InRange(call.Log.Events.OfType<DigitPressed>().Count(), CallJournal.Capacity - 50, CallJournal.Capacity + 150); // the batch in flight waits as well
        Assert.Equal(call.Log.Events.Count, call.Log.Events.Select(one => one.Relay!.Sequence).Distinct().Count());
        Assert.True(call.Log.Events[^1].Relay!.Sequence > call.Log.Events.Count, $"nothing was dropped of {before} and more");
    });

    [Fact]
    public void A_log_that_stays_away_holds_the_end_up_for_ten_seconds_at_most() => Call(async call =>
    {
        await call.Phone.StartAsync();
        await call.Phone.SpeakAsync(Seconds(2));
        call.Log.Away = true;
        await call.Phone.HangUpAsync();
        var hungUp = call.Time.Elapsed;
        await call.EndAsync();

        Assert.InRange((call.Time.Elapsed - hungUp).TotalSeconds, 9, 12);
        Assert.NotNull(call.Gemini.Closed);
    });

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
    public void A_newer_stream_of_the_call_takes_over_and_an_older_one_is_refused() => Run(async time =>
    {
        var log = new MemoryCallLog();
        var calls = new ActiveCalls(() => 10);
        var nonces = new[] { new string('a', 32), new string('b', 32) };
        log.Events.AddRange(nonces.Select((nonce, i) => new StreamOffered(i + 1, nonce, time.GetUtcNow(), "default") { At = time.GetUtcNow() }));
        using var first = new VirtualCall(time, log: log, calls: calls, nonce: nonces[0]);
        await first.Phone.StartAsync();
        await time.Pass(Seconds(1));
        using var second = new VirtualCall(time, log: log, calls: calls, nonce: nonces[1]);
        await second.Phone.StartAsync();

        Assert.Equal(EndReason.HandedOver, (await first.EndAsync()).Reason);
        await time.Pass(Seconds(1));
        Assert.Equal(1, second.Gemini.Sessions);

        using var late = new VirtualCall(time, log: log, calls: calls, nonce: new string('c', 32));
        await late.Phone.StartAsync();
        await AssertRefusedAsync(late, EndReason.ProtocolViolation, 1008, logged: 2);

        await second.Phone.HangUpAsync();
        Assert.Equal(EndReason.CallerHungUp, (await second.EndAsync()).Reason);
    });

    [Fact]
    public void Sockets_that_wait_for_start_are_capped_in_total_and_per_call()
    {
        var calls = new ActiveCalls(() => 1_000);
        var call = CallSid.Parse(VirtualPhone.CallSid);
        var waiting = Enumerable.Range(0, ActiveCalls.MaxWaitingPerCall).Select(_ => calls.TryAdmit(call, out StreamRefusal _)).ToList();

        Assert.All(waiting, Assert.NotNull);
        Assert.Null(calls.TryAdmit(call, out var refusal));
        Assert.Equal(StreamRefusal.CallWaiting, refusal);

        for (var i = waiting.Count; i < ActiveCalls.MaxWaiting; i++)
        {
            Assert.NotNull(calls.TryAdmit(CallSid.Parse($"CA{i:x32}"), out _));
        }

        Assert.Null(calls.TryAdmit(CallSid.Parse($"CA{999:x32}"), out refusal));
        Assert.Equal(StreamRefusal.Waiting, refusal);
        waiting[0]!.Dispose();
        Assert.NotNull(calls.TryAdmit(CallSid.Parse($"CA{999:x32}"), out _));
    }

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
    public void A_flood_of_messages_is_closed_with_1008() => Call(async call =>
    {
        await call.Phone.StartAsync();
        for (var i = 0; i < 600; i++)
        {
            await call.Phone.SendAsync("""{"event":"mark","mark":{"name":"1"}}""");
        }

        Assert.Equal((EndReason.ProtocolViolation, 1008), ((await call.EndAsync()).Reason, call.Phone.Closed?.CloseCode));
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

    private static async Task AssertRefusedAsync(VirtualCall call, EndReason reason, int code, int logged = 0)
    {
        Assert.Equal(reason, (await call.EndAsync()).Reason);
        Assert.Equal(code, call.Phone.Closed?.CloseCode);
        Assert.Equal(0, call.Gemini.Sessions);
        Assert.Equal(logged, call.Log.Events.OfType<StreamStarted>().Count());
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

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static void Run(Func<VirtualClock, Task> scenario) => VirtualClock.Run(scenario);

    private static void Call(Func<VirtualCall, Task> scenario, Func<VirtualClock, VirtualGemini>? gemini = null, TimeSpan? maxDuration = null, int idleSeconds = 0) => Run(async time =>
    {
        using var call = new VirtualCall(time, gemini?.Invoke(time), maxDuration: maxDuration, idleSeconds: idleSeconds);
        await scenario(call);
    });
}
