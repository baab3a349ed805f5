using PhoneAgent.Simulator.Conversation;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Outbound;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Scripts;

namespace PhoneAgent.Tests.House;

/// <summary>Whole phone calls: simulated Twilio, the real handlers and relay, simulated Gemini, over loopback in real time.</summary>
[SideBySide(20)]
public sealed class WholeCallTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("whole-call").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

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

        Assert.True(outcome.Summary.Problem is null, outcome.Summary.Problem);
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

        Assert.True(outcome.Summary.Problem is null, outcome.Summary.Problem);
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

    /// <summary>A Gemini that says this.</summary>
    internal static SimulatedGeminiOptions Options(ConversationScript script) => new() { ApiKey = "simulated", Script = script };

    /// <summary>One call, until the relay is idle again.</summary>
    internal static async Task<CallResult> CallAsync(SimulatedHouse house, ICaller caller)
    {
        using var phone = new SimulatedPhone(house.PhoneSettings() with { VerbSpeed = 10 });
        var patience = Patience.Token;
        var call = await phone.CallAsync(caller, cancellation: patience);
        await house.WaitUntilIdleAsync(Patience.Long);
        return call;
    }

    private Task<SimulatedHouse> OpenAsync(ConversationScript script) =>
        SimulatedHouse.OpenAsync(HouseConfiguration.FromEnvironment(), Options(script), "file:" + _folder);
}
