using PhoneAgent.Core.Calls;
using PhoneAgent.Simulator.Gemini;

namespace PhoneAgent.Tests.VirtualTime;

/// <summary>What happens to a call when its connection to Gemini does not last, told as conversations.</summary>
public sealed class EnduranceTests
{
    [Fact]
    public void After_goAway_the_call_goes_on_at_the_next_quiet_moment() => Scenario.Play(async call =>
    {
        await call.AgentHasSpoken();
        await call.Caller.Says("question1");
        await call.AgentIsSaying("a1w1");
        call.GoAway();
        await call.AgentHasSpoken();
        await call.Caller.Says("question2");
        await call.AgentHasSpoken();
        await call.HangUp();

        var resumed = Assert.Single(call.Resumptions);
        Assert.Equal((SessionTrouble.GoAway, SessionContinuation.Handle), (resumed.Cause, resumed.Continuation));
        Assert.InRange(resumed.GapMs, 1, 300);
        Assert.Equal(["a0w1", "a1w1", "a2w1"], call.Heard.Select(text => text.Split(' ')[0]));
        Assert.True(call.Sessions[0].ClosedByClient);
        CallInvariants.Check(call);
    });

    [Fact]
    public void Without_a_quiet_moment_goAway_is_followed_before_the_time_is_over() => Scenario.Play(
        async call =>
        {
            await call.AgentIsSaying("a0w1");
            call.GoAway();
            await call.Advance(12);
            Assert.Equal(2, call.Sessions.Count);
            await call.Advance(60);
            await call.HangUp();

            Assert.Equal(SessionContinuation.Transcript, Assert.Single(call.Resumptions).Continuation);
            Assert.Contains("Go on right after them", Assert.Single(call.Sessions[1].Texts));
            CallInvariants.Check(call);
        },
        new ScenarioOptions { Script = Scenario.Talk(words: 200) });

    [Fact]
    public void A_socket_killed_while_the_caller_speaks_loses_no_sample() => Scenario.Play(async call =>
    {
        await call.AgentHasSpoken();
        var speaking = call.Caller.Says("question1", 3);
        await call.Advance(1.5);
        call.KillSocket();
        await speaking;
        await call.AgentHasSpoken();
        await call.HangUp();

        Assert.Equal((SessionTrouble.Lost, SessionContinuation.Handle), (Assert.Single(call.Resumptions).Cause, call.Resumptions[0].Continuation));
        Assert.StartsWith("a1w1", call.Heard[1]);
        CallInvariants.Check(call);
    });

    [Fact]
    public void A_sentence_cut_by_a_killed_socket_is_finished_and_not_repeated() => Scenario.Play(
        async call =>
        {
            await call.AgentHasSpoken();
            await call.Caller.Says("question1");
            await call.AgentIsSaying("a1w1", forSeconds: 0.6);
            call.KillSocket();
            await call.AgentHasSpoken();
            await call.HangUp();

            Assert.Equal(SessionContinuation.Transcript, Assert.Single(call.Resumptions).Continuation);
            Assert.Equal(string.Join(' ', Enumerable.Range(1, 40).Select(word => $"a1w{word}")), call.Heard[1]);
            CallInvariants.Check(call);
        },
        new ScenarioOptions { Script = Scenario.Talk(words: 40) });

    [Fact]
    public void A_refused_handle_is_never_sent_again_and_the_agent_neither_greets_nor_repeats_itself() => Scenario.Play(async call =>
    {
        await call.AgentHasSpoken();
        await call.Caller.Says("question1");
        await call.AgentHasSpoken();
        call.Happens(GeminiFaultKind.Close1007OnResume);
        await call.Advance(2);
        await call.Caller.Says("question2");
        await call.AgentHasSpoken();
        await call.HangUp();

        Assert.Equal(3, call.Sessions.Count);
        Assert.Equal(1007, call.Sessions[1].Close?.Code);
        Assert.Equal(["model", "user", "model"], call.Sessions[2].History.Select(turn => turn.Role));
        Assert.Empty(call.Sessions[2].Texts);
        Assert.DoesNotContain(call.Sessions[2].UnknownSetupFields, field => !field.EndsWith("transparent", StringComparison.Ordinal));
        CallInvariants.Check(call);
    });

    [Fact]
    public void A_wrong_key_ends_the_call_at_once_with_its_cause() => Scenario.Play(
        async call =>
        {
            await call.Advance(3);
            Assert.False(call.Phone.IsOpen);
            Assert.Equal(EndReason.GeminiUnavailable, call.End.Reason);
            Assert.Contains("API key not valid", call.End.Detail);
            Assert.Single(call.Sessions);
        },
        new ScenarioOptions { Faults = [GeminiFault.Parse("refuse-key@0")!] });

    [Fact]
    public void A_function_that_runs_while_the_connection_changes_is_run_once_and_its_result_told_once() => Scenario.Play(
        async call =>
        {
            await call.AgentHasSpoken();
            await call.Caller.Says("question1");
            await call.AgentHasSpoken();
            await call.Caller.Says("question2");
            await call.Advance(1.5);
            call.KillSocket();
            await call.AgentHasSpoken();
            await call.HangUp();

            Assert.Equal(["look_up_2"], call.Tools.Run);
            Assert.Empty(call.Sessions.SelectMany(session => session.FunctionResponses));
            Assert.StartsWith("The function look_up_2 that you called", Assert.Single(call.Sessions[1].Texts));
            Assert.Equal(ToolOutcome.Succeeded, Assert.Single(call.Log.Events.OfType<ToolCalled>()).Outcome);
            Assert.StartsWith("a2w1", call.Heard[2]);
            CallInvariants.Check(call);
        },
        new ScenarioOptions { Script = Scenario.Talk(tools: true), ToolTakes = () => TimeSpan.FromSeconds(3) });

    [Fact]
    public void Without_the_servers_word_nothing_is_lost_and_what_may_be_doubled_is_counted() => Scenario.Play(
        async call =>
        {
            for (var question = 1; question <= 5; question++)
            {
                await call.AgentHasSpoken();
                var speaking = call.Caller.Says($"question{question}", 2);
                await call.Advance(1);
                call.KillSocket();
                await speaking;
            }

            await call.AgentHasSpoken();
            await call.HangUp();

            Assert.Equal(5, call.Resumptions.Count(one => one.Continuation == SessionContinuation.Handle));
            Assert.InRange(call.End.Figures.CallerMsRepeated, 1, 5 * 500);
            CallInvariants.Check(call);
        },
        new ScenarioOptions { TellsConsumed = false });
}
