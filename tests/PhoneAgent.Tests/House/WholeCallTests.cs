using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.Simulator.Conversation;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Outbound;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Scripts;

namespace PhoneAgent.Tests.House;

/// <summary>Whole phone calls: simulated Twilio, the real handlers and relay, simulated Gemini, over loopback in real time.</summary>
[Collection(RealTimeCollection.Name)]
public sealed class WholeCallTests : IDisposable
{
    private const int FrameBytes = 160;

    private readonly string _folder = Directory.CreateTempSubdirectory("whole-call").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_demo_call_goes_as_scripted_without_losing_a_frame()
    {
        var run = new ConversationRun(CallerLines.From(recording: null, script: null), HouseConfiguration.FromEnvironment(), "file:" + _folder);

        var outcome = await run.RunAsync(CancellationToken.None);

        var summary = outcome.Summary;
        Assert.Null(summary.Problem);
        Assert.True(summary.Ok);
        Assert.Equal(5, summary.Turns.Count);
        Assert.All(summary.Turns, turn => Assert.InRange(turn.ResponseMs!.Value, 0, 3_000));
        Assert.Equal(summary.CallerFramesSent, summary.CallerFramesHeard);
        Assert.Equal(summary.CallerFramesSent * 320, outcome.HeardByGemini.Length);
        Assert.Single(summary.Interruptions);

        // The last sentence before the transfer was heard to its last sample, and nothing else was cut off but by the interruption.
        Assert.Equal(0, outcome.Call.AgentMsCutOff);
        Assert.Equal("Transfer", (string?)summary.Record!["end"]!["reason"]);
        Assert.Equal(["find_order Succeeded", "transfer_call Succeeded"], summary.Record["tools"]!.AsArray().Select(tool => $"{tool!["name"]} {tool["outcome"]}"));
        var transfer = Assert.Single(summary.Record["transfers"]!.AsArray())!;
        Assert.Equal(("rosa", "completed"), ((string?)transfer["target"], (string?)transfer["outcome"]));
        Assert.InRange(SilentAfterBargeInMs(outcome.Call), 0, 150);
    }

    [Fact]
    public async Task When_Gemini_refuses_the_key_the_caller_hears_the_apology_and_the_next_call_is_served()
    {
        var script = new ConversationScript([new ScriptTurn { Agent = "Is there anything else?" }]);
        await using var house = await OpenAsync(script);
        house.Gemini.Behaviour = new GeminiBehaviour { RefusesKey = KeyRefusal.NotValid };

        var refused = await CallAsync(house, new SilentCaller(TimeSpan.FromSeconds(60)));

        Assert.Equal(CallEnding.HungUpByTwiml, refused.Ending);
        Assert.Contains("cannot be reached", Assert.Single(refused.Announcements));

        house.Gemini.Behaviour = GeminiBehaviour.Normal;
        var served = await CallAsync(house, new ScriptedCaller(script, _ => []));
        Assert.Equal((CallEnding.CallerHungUp, null), (served.Ending, served.Complaint));
    }

    [Fact]
    public async Task A_caller_whom_a_full_relay_cannot_take_hears_the_apology_after_four_more_tries()
    {
        var configuration = HouseConfiguration.FromEnvironment();
        configuration["Relay:MaxCalls"] = "1";
        var script = new ConversationScript([new ScriptTurn { Agent = "Is there anything else?" }]);
        await using var house = await SimulatedHouse.OpenAsync(configuration, Options(script), "file:" + _folder);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var first = new SimulatedPhone(house.PhoneSettings());
        var talking = first.CallAsync(new SilentCaller(TimeSpan.FromSeconds(15)), cancellation: patience.Token);
        await house.Gemini.WaitForSessionAsync(1, patience.Token);
        using var second = new SimulatedPhone(house.PhoneSettings() with { VerbSpeed = 10 });

        var refused = await second.CallAsync(new SilentCaller(TimeSpan.FromSeconds(60)), cancellation: patience.Token);

        Assert.Equal(CallEnding.HungUpByTwiml, refused.Ending);
        Assert.Contains("cannot be reached", Assert.Single(refused.Announcements));
        Assert.Equal(6, refused.Documents.Count);
        Assert.Equal(CallEnding.CallerHungUp, (await talking).Ending);
        Assert.Single(house.Gemini.Sessions);
    }

    [Fact]
    public async Task A_Gemini_lost_in_mid_call_ends_it_with_the_apology()
    {
        await using var house = await OpenAsync(new ConversationScript([new ScriptTurn { Agent = "Is there anything else?" }]));
        house.Gemini.Behaviour = new GeminiBehaviour { DropsAfter = TimeSpan.FromSeconds(2) };

        var call = await CallAsync(house, new SilentCaller(TimeSpan.FromSeconds(60)));

        Assert.Equal(CallEnding.HungUpByTwiml, call.Ending);
        Assert.Single(call.Announcements);
        Assert.InRange(call.AgentMsHeard, 500, 2_500);
    }

    [Fact]
    public async Task A_function_call_of_the_model_is_answered_once_and_the_conversation_goes_on()
    {
        var script = new ConversationScript(
        [
            new ScriptTurn { Agent = "Is there anything else?" },
            new ScriptTurn { Caller = "Sorry, and on Sunday?", Agent = "I see. Please go on.", Tool = new ScriptToolCall("get_opening_hours", []) },
        ]);
        await using var house = await OpenAsync(script);

        var call = await CallAsync(house, new ScriptedCaller(script, text => new Simulator.Sound.SpeechClips().Say(text, Simulator.Sound.Speaker.Caller, 8_000)));

        Assert.Null(call.Complaint);
        var session = Assert.Single(house.Gemini.Sessions);
        Assert.True(Assert.Single(session.FunctionResponses).Response.ContainsKey("error"));
        Assert.Empty(session.UnknownSetupFields);
    }

    [Fact]
    public async Task A_placed_call_reaches_a_person_and_the_agent_knows_why_it_calls()
    {
        var script = new ConversationScript([new ScriptTurn { Agent = "Is there anything else?" }]);
        var run = new ConversationRun(new CallerLines(script, _ => []), HouseConfiguration.FromEnvironment(), "file:" + _folder) { Callee = CalleeAnswer.Person };

        var outcome = await run.RunAsync(CancellationToken.None);

        Assert.Null(outcome.Summary.Problem);
        Assert.Equal("outbound-api", (string?)outcome.Summary.Record!["direction"]);
        var instructions = (string?)Assert.Single(outcome.Setups)["systemInstruction"]!["parts"]![0]!["text"];
        Assert.Contains("<call_context>\n{\"customer\":\"Ada\",\"reason\":\"her book has arrived\"}\n</call_context>", instructions);
    }

    [Theory]
    [InlineData(CalleeAnswer.Busy)]
    [InlineData(CalleeAnswer.NoAnswer)]
    [InlineData(CalleeAnswer.Machine)]
    public async Task A_placed_call_that_no_person_takes_reaches_no_Gemini_and_its_record_says_why(CalleeAnswer answer)
    {
        var run = new ConversationRun(CallerLines.From(recording: null, script: null), HouseConfiguration.FromEnvironment(), "file:" + _folder) { Callee = answer };

        var outcome = await run.RunAsync(CancellationToken.None);

        Assert.Null(outcome.Summary.Problem);
        Assert.Empty(outcome.Setups);
    }

    [Fact]
    public async Task Whatever_the_environment_says_of_Gemini_a_rehearsal_stays_with_the_simulated_one()
    {
        var configuration = HouseConfiguration.FromEnvironment();
        configuration["Gemini:ApiKey"] = "the-owners-real-key";
        configuration["Gemini:Endpoint"] = "wss://generativelanguage.googleapis.com";
        await using var house = await SimulatedHouse.OpenAsync(configuration, Options(new ConversationScript([new ScriptTurn { Agent = "Is there anything else?" }])), "file:" + _folder);

        var call = await CallAsync(house, new ScriptedCaller(new ConversationScript([new ScriptTurn { Agent = "Is there anything else?" }]), _ => []));

        Assert.Null(call.Complaint);
        Assert.Single(house.Gemini.Sessions);
    }

    private static SimulatedGeminiOptions Options(ConversationScript script) => new() { ApiKey = "simulated", Script = script };

    private static async Task<CallResult> CallAsync(SimulatedHouse house, ICaller caller)
    {
        using var phone = new SimulatedPhone(house.PhoneSettings() with { VerbSpeed = 10 });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var call = await phone.CallAsync(caller, cancellation: patience.Token);
        await house.WaitUntilIdleAsync(TimeSpan.FromSeconds(5));
        return call;
    }

    // From the first loud frame of the caller that overlaps the agent to the agent's last loud frame, as in conversation.wav.
    private static int SilentAfterBargeInMs(CallResult call)
    {
        var frames = call.CallerSaid.Length / FrameBytes;
        var bargeIn = Enumerable.Range(5, frames - 5).First(frame => IsLoud(call.CallerSaid, frame) && Enumerable.Range(frame - 5, 5).Any(before => IsLoud(call.CallerHeard, before)));
        var last = Enumerable.Range(bargeIn, 50).Last(frame => frame == bargeIn || IsLoud(call.CallerHeard, frame));
        return (last + 1 - bargeIn) * 20;
    }

    private static bool IsLoud(byte[] mulaw, int frame)
    {
        var sum = 0.0;
        foreach (var code in mulaw.AsSpan(frame * FrameBytes, FrameBytes))
        {
            var sample = MuLaw.Decode(code);
            sum += (double)sample * sample;
        }

        return Math.Sqrt(sum / FrameBytes) > 200;
    }

    private Task<SimulatedHouse> OpenAsync(ConversationScript script) =>
        SimulatedHouse.OpenAsync(HouseConfiguration.FromEnvironment(), Options(script), "file:" + _folder);
}
