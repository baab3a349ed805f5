using PhoneAgent.Core.Calls;
using PhoneAgent.Simulator.Gemini;

namespace PhoneAgent.Tests.VirtualTime;

/// <summary>An agent that falls silent is told so, then given up for another session: every cause by its name, and the caller gets an answer.</summary>
public sealed class SilenceTests
{
    [Fact]
    public void No_reply_after_the_caller_spoke() => Nudged(SessionTrouble.NoReply, async call =>
    {
        await call.AgentHasSpoken();
        call.Happens(GeminiFaultKind.Freeze);
        await call.Caller.Says("question1");
    });

    [Fact]
    public void Silence_after_interrupted() => Nudged(SessionTrouble.AfterInterrupted, async call =>
    {
        await call.AgentHasSpoken();
        await call.Caller.Says("question1");
        call.Happens(GeminiFaultKind.FreezeAfterInterrupt);
        await call.AgentIsSaying("a1w1");
        await call.Caller.Says("question2");
    });

    [Fact]
    public void Silence_after_a_sound_too_short_to_be_answered_has_interrupted() => Nudged(SessionTrouble.AfterInterrupted, async call =>
    {
        await call.AgentHasSpoken();
        await call.Caller.Says("question1");
        call.Happens(GeminiFaultKind.FreezeAfterInterrupt);
        await call.AgentIsSaying("a1w1");
        await call.Caller.Says("hm", 0.3);
    });

    [Fact]
    public void A_callers_hello_that_silences_the_greeting() => Nudged(SessionTrouble.GreetingInterrupted, async call =>
    {
        call.Happens(GeminiFaultKind.FreezeAfterInterrupt);
        await call.AgentIsSaying("a0w1");
        await call.Caller.Says("hello", 0.3);
    });

    [Fact]
    public void Interrupted_although_the_caller_said_nothing() => Scenario.Play(
        async call =>
        {
            await call.AgentHasSpoken();
            await call.Caller.Says("question1");
            await call.AgentIsSaying("a1w1", forSeconds: 3);
            call.Happens(GeminiFaultKind.PhantomInterrupt);
            await call.Advance(8);
            await call.HangUp();

            Assert.Equal(SessionTrouble.PhantomInterrupted, Assert.Single(call.Log.Events.OfType<SessionNudged>()).Cause);
            Assert.StartsWith("f1w1", call.Heard[2]);
        },
        new ScenarioOptions { Script = Scenario.Talk(words: 40) });

    [Fact]
    public void A_greeting_that_was_interrupted_is_asked_for_once_more() => Scenario.Play(async call =>
    {
        await call.AgentIsSaying("a0w1");
        call.Happens(GeminiFaultKind.PhantomInterrupt);
        await call.Advance(10);
        await call.HangUp();

        Assert.Equal(SessionTrouble.GreetingInterrupted, Assert.Single(call.Log.Events.OfType<SessionNudged>()).Cause);
        Assert.Equal(["Greet the caller.", "Greet the caller."], call.Sessions[0].Texts);
        Assert.Equal(2, call.Heard.Count);
    });

    [Fact]
    public void Silence_after_a_functions_answer() => Nudged(
        SessionTrouble.AfterToolResponse,
        async call =>
        {
            await call.AgentHasSpoken();
            await call.Caller.Says("question1");
            await call.AgentHasSpoken();
            await call.Caller.Says("question2");
            await call.Advance(1.5);
            call.Happens(GeminiFaultKind.Freeze);
        },
        new ScenarioOptions { Script = Scenario.Talk(tools: true), ToolTakes = () => TimeSpan.FromSeconds(2) });

    [Fact]
    public void A_stop_in_mid_sentence() => Nudged(
        SessionTrouble.MidSentence,
        async call =>
        {
            await call.AgentHasSpoken();
            await call.Caller.Says("question1");
            await call.AgentIsSaying("a1w1", forSeconds: 0.6);
            call.Happens(GeminiFaultKind.Freeze);
        },
        new ScenarioOptions { Script = Scenario.Talk(words: 40) });

    [Fact]
    public void What_answers_the_caller_after_a_sentence_was_cut_off_is_a_turn_of_its_own_and_the_caller_hears_no_click_before_it() => Scenario.Play(
        async call =>
        {
            await call.AgentHasSpoken();
            await call.Caller.Says("question1");
            await call.AgentIsSaying("a1w1", forSeconds: 1);
            call.Happens(GeminiFaultKind.HalfOpen);
            await call.Advance(6);
            var before = call.Phone.SoundedAt;
            await call.Caller.Says("question2");
            Assert.True(await call.Caller.Hears(), "The agent stays silent.");
            await call.Advance(12);
            await call.HangUp();

            var resumedAt = Assert.Single(call.Resumptions).At - (call.Time.GetUtcNow() - call.Time.Elapsed);
            var record = CallRecord.From(CallSid.Parse(VirtualPhone.CallSid), call.Log.Events);
            Assert.Equal([Speaker.Agent, Speaker.Caller, Speaker.Agent, Speaker.Caller, Speaker.Agent], record.Transcript.Select(turn => turn.Speaker));
            Assert.StartsWith("a1w1", record.Transcript[2].HeardText, StringComparison.Ordinal);
            Assert.DoesNotContain("a2w1", record.Transcript[2].Text, StringComparison.Ordinal);
            Assert.Equal("question2", record.Transcript[3].Text);
            Assert.StartsWith("a2w1", record.Transcript[4].HeardText, StringComparison.Ordinal);
            Assert.DoesNotContain(call.Phone.Began, began => began > before && began < resumedAt);
        },
        new ScenarioOptions { Script = Scenario.Talk(words: 40) });

    [Fact]
    public void A_setup_that_is_never_completed() => Scenario.Play(
        async call =>
        {
            await call.AgentHasSpoken();
            await call.HangUp();

            Assert.Equal(SessionTrouble.SetupTimeout, Assert.Single(call.Resumptions).Cause);
            Assert.Equal(2, call.Sessions.Count);
        },
        new ScenarioOptions { Faults = [GeminiFault.Parse("slow-setup@0")!] });

    [Fact]
    public void Who_stays_silent_is_told_so_then_resumed_then_begun_anew_and_then_the_call_gets_its_apology() => Scenario.Play(async call =>
    {
        await call.AgentHasSpoken();
        call.Happens(GeminiFaultKind.Freeze);
        await call.Caller.Says("question1");
        for (var session = 2; session <= 3; session++)
        {
            while (call.Sessions.Count < session)
            {
                Assert.InRange(call.Time.Elapsed.TotalSeconds, 0, 60);
                await call.Advance(0.01);
            }

            call.Happens(GeminiFaultKind.Freeze);
        }

        while (call.Phone.IsOpen)
        {
            Assert.InRange(call.Time.Elapsed.TotalSeconds, 0, 60);
            await call.Advance(1);
        }

        Assert.Equal((EndReason.GeminiUnavailable, "the agent stays silent"), (call.End.Reason, call.End.Detail));
        Assert.Equal([SessionContinuation.Handle, SessionContinuation.Transcript], call.Resumptions.Select(one => one.Continuation));
        Assert.Single(call.Log.Events.OfType<SessionNudged>());
        Assert.Equal(3, call.Sessions.Count);
    });

    [Theory]
    [InlineData(GeminiFaultKind.GoAway, SessionContinuation.Handle, 300)]
    [InlineData(GeminiFaultKind.Close1007OnResume, SessionContinuation.Transcript, 1_200)]
    public void A_change_of_connection_adds_little_silence(GeminiFaultKind fault, SessionContinuation continuation, int atMostMs)
    {
        // The same forty calls with the fault right before the question and without; one way over the network takes 25 ms.
        var added = Enumerable.Range(0, 40).Select(i => ReplyMs(i * 37, fault, continuation) - ReplyMs(i * 37, null, continuation)).Order().ToList();

        Assert.InRange(added[37], 0, atMostMs);
    }

    private static int ReplyMs(int offsetMs, GeminiFaultKind? fault, SessionContinuation continuation)
    {
        var ms = 0;
        Scenario.Play(async call =>
        {
            await call.AgentHasSpoken();
            var speaking = call.Caller.Says("question1", 1);
            await call.Advance(0.8);
            await speaking;
            var asked = call.Time.Elapsed;
            await call.Advance(offsetMs / 3_000.0);
            if (fault is { } kind)
            {
                call.Happens(kind);
            }

            Assert.True(await call.Caller.HearsBeginning());
            ms = (int)(call.Time.Elapsed - asked).TotalMilliseconds;
            await call.Advance(3);
            await call.HangUp();
            Assert.True(fault is null || call.Resumptions.All(one => one.Continuation == continuation), string.Join(", ", call.Resumptions));
        });
        return ms;
    }

    // The scene makes the agent fall silent: it is nudged for this cause, its connection given up, and the caller hears it again.
    private static void Nudged(SessionTrouble cause, Func<Scenario, Task> scene, ScenarioOptions? options = null) => Scenario.Play(
        async call =>
        {
            await scene(call);
            Assert.True(await call.Caller.Hears(), "The agent stays silent.");
            await call.Advance(12);
            await call.HangUp();

            var nudged = call.Log.Events.OfType<SessionNudged>().FirstOrDefault();
            Assert.True(nudged is not null, "The agent was never told to go on.");
            Assert.Equal(cause, nudged.Cause);
            Assert.InRange(nudged.SilenceMs, 4_000, 10_000);
            Assert.Equal(cause, Assert.Single(call.Resumptions).Cause);
            CallInvariants.Check(call);
        },
        options);
}
