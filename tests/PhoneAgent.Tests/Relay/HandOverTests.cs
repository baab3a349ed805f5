using System.Text.Json;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.MediaRelay.Tools;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.Tests.Relay;

/// <summary>A call moves from one replica to another: two relays, one log, virtual time.</summary>
public sealed class HandOverTests
{
    [Fact]
    public void A_quiet_call_moves_at_once_with_its_handle_and_the_agent_need_not_notice() => Run(async two =>
    {
        var first = await two.FirstAsync();
        await two.GreetAsync(first, "H1");
        await two.Time.Pass(Seconds(4));

        var began = two.Time.Elapsed;
        await two.DrainAsync(Seconds(20));
        await first.EndAsync();
        Assert.InRange(two.Time.Elapsed - began, Seconds(1), Seconds(1.5)); // once the load balancer has noticed
        Assert.Equal(1012, first.Phone.Closed?.CloseCode);
        var left = Assert.Single(two.Log.Events.OfType<HandedOver>());
        Assert.Equal(("H1", "gemini-3.8-live", "desk"), (left.Session?.Handle, left.Session?.Model, left.Session?.Agent));
        Assert.Equal((0, null), (left.CallerMsLost, left.Functions));

        var second = await two.SecondAsync();
        await two.Time.Pass(Seconds(2));
        Assert.Equal("H1", second.Gemini.ResumedHandle);
        Assert.Empty(second.Gemini.Texts);
        Assert.Empty(second.Gemini.History);
        await two.HangUpAsync(second);
    });

    [Fact]
    public void A_call_in_mid_sentence_moves_when_the_time_is_up_and_goes_on_from_the_last_heard_words() => Run(async two =>
    {
        var first = await two.FirstAsync();
        await two.GreetAsync(first, "H1");
        await two.Time.Pass(Seconds(4));
        await first.Gemini.SendAsync("""{"serverContent":{"inputTranscription":{"text":"When do you open?"}}}""");
        await first.Gemini.SayAsync(10_000, "We open at nine, and on Saturdays we open at ten, as every public library does.");
        await first.Gemini.CompleteTurnAsync();
        await first.Gemini.GiveHandleAsync("H2"); // which says that all of it was said
        await two.Time.Pass(Seconds(1));

        var began = two.Time.Elapsed;
        await two.DrainAsync(Seconds(3));
        await first.EndAsync();
        Assert.InRange(two.Time.Elapsed - began, Seconds(2.5), Seconds(3.5));
        Assert.Null(Assert.Single(two.Log.Events.OfType<HandedOver>()).Session);
        var cut = two.Log.Events.OfType<AgentSaid>().Last();
        Assert.InRange(cut.HeardMs, 3_500, 4_500);
        Assert.StartsWith("We open at nine", cut.HeardText, StringComparison.Ordinal);
        Assert.NotEqual(cut.Text, cut.HeardText);

        var second = await two.SecondAsync();
        await two.Time.Pass(Seconds(2));
        Assert.Null(second.Gemini.ResumedHandle);
        Assert.Equal(["model: " + TwoReplicas.Greeting, "user: When do you open?", "model: " + cut.HeardText], second.Gemini.History);
        var told = Assert.Single(second.Gemini.Texts);
        Assert.Contains($"“{cut.HeardText}”. Go on right after them.", told, StringComparison.Ordinal);
        Assert.DoesNotContain("You did not hear", told, StringComparison.Ordinal);
        await two.HangUpAsync(second);
    });

    [Fact]
    public void A_call_does_not_move_while_the_caller_speaks_or_waits_for_the_answer() => Run(async two =>
    {
        var first = await two.FirstAsync();
        await two.GreetAsync(first, "H1");
        await two.Time.Pass(Seconds(4));
        two.Speak(Seconds(2));
        await two.Time.Pass(Seconds(1));
        var draining = two.DrainAsync(Seconds(20));
        await two.Time.Pass(Seconds(3)); // the caller has ended, the agent thinks
        Assert.False(first.Ended.IsCompleted);

        await first.Gemini.SendAsync("""{"serverContent":{"inputTranscription":{"text":"When do you open?"}}}""");
        await first.Gemini.SayAsync(2_000, "At nine.");
        await first.Gemini.CompleteTurnAsync();
        await first.Gemini.GiveHandleAsync("H2");
        await two.Time.Pass(Seconds(1.5));
        Assert.False(first.Ended.IsCompleted); // still heard
        await draining;
        await first.EndAsync();
        var left = Assert.Single(two.Log.Events.OfType<HandedOver>());
        Assert.Equal(("H2", 0), (left.Session?.Handle, left.CallerMsLost));
        Assert.Equal("At nine.", two.Log.Events.OfType<AgentSaid>().Last().HeardText);
    });

    [Fact]
    public void What_the_caller_says_at_the_last_moment_is_counted_as_lost_and_the_agent_knows() => Run(async two =>
    {
        var first = await two.FirstAsync();
        await two.GreetAsync(first, "H1");
        await two.Time.Pass(Seconds(4));
        two.Speak(Seconds(10));
        await two.Time.Pass(Seconds(1));
        await two.DrainAsync(Seconds(2));
        await first.EndAsync();
        var left = Assert.Single(two.Log.Events.OfType<HandedOver>());
        Assert.Equal("H1", left.Session?.Handle);
        Assert.InRange(left.CallerMsLost, 3_000, 8_000); // since the handle, of which the last three seconds were speech
        Assert.Equal(left.CallerMsLost, two.Log.Record.Attempts[0].CallerMsLost);

        var second = await two.SecondAsync();
        await two.Time.Pass(Seconds(2));
        Assert.Equal("H1", second.Gemini.ResumedHandle);
        Assert.Contains("You did not hear what the caller said during the interruption", Assert.Single(second.Gemini.Texts), StringComparison.Ordinal);
        await two.HangUpAsync(second);
    });

    [Fact]
    public void A_handle_that_Gemini_refuses_gives_way_to_the_transcript() => Run(async two =>
    {
        var first = await two.FirstAsync();
        await two.GreetAsync(first, "H1");
        await two.Time.Pass(Seconds(4));
        await two.DrainAsync(Seconds(20));
        await first.EndAsync();

        var second = await two.SecondAsync(new VirtualGemini(two.Time, VirtualCall.Latency) { RefusesHandles = true });
        await two.Time.Pass(Seconds(3));
        Assert.Equal(2, second.Gemini.Sessions);
        Assert.Null(second.Gemini.ResumedHandle);
        Assert.Equal(["model: " + TwoReplicas.Greeting], second.Gemini.History);
        Assert.Contains("Do not greet again", Assert.Single(second.Gemini.Texts), StringComparison.Ordinal);
        await two.HangUpAsync(second);
    });

    [Fact]
    public void A_replica_that_dies_leaves_the_newest_handle_and_what_was_said() => Run(async two =>
    {
        var first = await two.FirstAsync();
        await two.GreetAsync(first, "H1");
        await two.Time.Pass(Seconds(6));
        first.Die();
        Assert.Equal("H1", two.Log.Record.Carried.Saved?.Handle);

        var second = await two.SecondAsync();
        await two.Time.Pass(Seconds(2));
        Assert.Equal("H1", second.Gemini.ResumedHandle);
        Assert.Contains("go on where the conversation stopped", Assert.Single(second.Gemini.Texts), StringComparison.Ordinal);
        Assert.Contains("You did not hear", second.Gemini.Texts[0], StringComparison.Ordinal);
        await two.HangUpAsync(second);
    });

    [Fact]
    public void A_replica_that_dies_when_more_was_said_leaves_the_transcript_alone() => Run(async two =>
    {
        var first = await two.FirstAsync();
        await two.GreetAsync(first, "H1");
        await two.Time.Pass(Seconds(6));
        await first.Gemini.SendAsync("""{"serverContent":{"inputTranscription":{"text":"When do you open?"}}}""");
        await first.Gemini.SayAsync(8_000, "At nine, and on Saturdays at ten.");
        await two.Time.Pass(Seconds(3));
        first.Die();

        var second = await two.SecondAsync();
        await two.Time.Pass(Seconds(2));
        Assert.Null(second.Gemini.ResumedHandle);
        Assert.Equal(["model: " + TwoReplicas.Greeting, "user: When do you open?"], second.Gemini.History);
        Assert.Contains("answer what the caller said last", Assert.Single(second.Gemini.Texts), StringComparison.Ordinal);
        await two.HangUpAsync(second);
    });

    [Fact]
    public void A_function_that_still_runs_or_was_answered_in_vain_is_told_to_the_agent_that_goes_on() => Run(async two =>
    {
        two.Toolbox = new ScriptedToolbox(two.Time, name => name == "quick" ? TimeSpan.Zero : TimeSpan.FromHours(1));
        var first = await two.FirstAsync();
        await two.GreetAsync(first, "H1");
        await two.Time.Pass(Seconds(4));
        await first.Gemini.SendAsync("""{"toolCall":{"functionCalls":[{"id":"f1","name":"quick","args":{"n":1}},{"id":"f2","name":"slow","args":{"n":2}}]}}""");
        await two.Time.Pass(Seconds(1));
        await two.DrainAsync(Seconds(2));
        await first.EndAsync();
        var left = Assert.Single(two.Log.Events.OfType<HandedOver>());
        Assert.Null(left.Session);
        Assert.Equal([new OpenFunction("quick", """{"n":1}""", """{"found":true}""", true), new OpenFunction("slow", """{"n":2}""", null, false)], left.Functions);

        var second = await two.SecondAsync();
        await two.Time.Pass(Seconds(2));
        Assert.Single(second.Gemini.Texts);
        Assert.Contains("{\"found\":true}", second.Gemini.History[^2], StringComparison.Ordinal);
        Assert.Contains("Whether it was carried out is not known", second.Gemini.History[^1], StringComparison.Ordinal);
        Assert.Equal(2, two.Log.Events.OfType<ToolCalled>().Count() + (left.Functions?.Count(one => one.Answer is null) ?? 0));
        await two.HangUpAsync(second);
    });

    [Fact]
    public void A_handle_is_noted_once_after_each_turn_however_many_come() => Run(async two =>
    {
        var first = await two.FirstAsync();
        await two.GreetAsync(first, "H0");
        await two.Time.Pass(Seconds(4));
        for (var i = 1; i <= 20; i++)
        {
            await first.Gemini.GiveHandleAsync($"H{i}");
            await two.Time.Pass(Seconds(1));
        }

        Assert.Equal(["H0"], two.Log.Events.OfType<SessionSaved>().Select(saved => saved.Handle));
        await first.Gemini.SayAsync(1_000, "Are you still there?");
        await first.Gemini.CompleteTurnAsync();
        await first.Gemini.GiveHandleAsync("H21");
        await two.Time.Pass(Seconds(4));
        for (var i = 22; i <= 90; i++)
        {
            await first.Gemini.GiveHandleAsync($"H{i}");
            await two.Time.Pass(Seconds(1));
        }

        Assert.InRange(two.Log.Events.OfType<SessionSaved>().Count(), 4, 5); // and every half minute
        await two.HangUpAsync(first);
    });

    [Fact]
    public void Many_calls_leave_a_few_at_a_time() => VirtualClock.Run(async time =>
    {
        var calls = new ActiveCalls(() => 100);
        var all = new List<VirtualCall>();
        for (var i = 0; i < 20; i++)
        {
            var call = new VirtualCall(time, calls: calls, callSid: CallSid.Parse($"CA{i + 1:x32}"));
            await call.Phone.StartAsync(callSid: $"CA{i + 1:x32}");
            all.Add(call);
        }

        await time.Pass(Seconds(1)); // no greeting, no handle: none of them is at a moment when nobody would notice
        var began = time.Elapsed;
        var draining = calls.DrainAsync(Seconds(5), time);
        Assert.False(calls.IsReady);
        Assert.Null(calls.TryAdmit(CallSid.Parse(VirtualPhone.CallSid), out var refusal));
        Assert.Equal(StreamRefusal.Stopping, refusal);
        var left = await Task.WhenAll(all.Select(async call =>
        {
            var ended = await call.Ended;
            Assert.Equal(EndReason.HandedOver, ended.Reason);
            var at = time.Elapsed - began;
            call.Dispose();
            return at;
        }));
        await draining;
        Assert.InRange(left.Min(), Seconds(3.9), Seconds(4.5));
        Assert.InRange(left.Max(), Seconds(4.8), Seconds(5.5));
        Assert.All(left.GroupBy(at => (int)(at / Seconds(0.1))), together => Assert.InRange(together.Count(), 1, 2));
    });

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static void Run(Func<TwoReplicas, Task> scenario) => VirtualClock.Run(async time =>
    {
        using var two = new TwoReplicas(time);
        await scenario(two);
    });
}
