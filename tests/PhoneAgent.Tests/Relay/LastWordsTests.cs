using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Tools;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.Tests.Relay;

/// <summary>What the agent does with its call happens after its last words were heard, and not when the caller cuts in.</summary>
public sealed class LastWordsTests
{
    private static readonly AgentProfile Desk = new()
    {
        Name = "default",
        Instructions = "You are the desk.",
        Greeting = "Greet the caller.",
        IdleSeconds = 0,
        TransferTargets = new Dictionary<string, TransferTarget> { ["owner"] = new() { Number = "+14155550123" } },
        HandOff = new Dictionary<string, HandOffRules> { ["billing"] = new() },
    };

    private static readonly AgentProfile Billing = new() { Name = "billing", Instructions = "You are billing.", Voice = "Puck", IdleSeconds = 0 };

    [Fact]
    public void The_goodbye_is_heard_to_its_last_sample_before_the_line_drops_in_200_of_200_calls()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            VirtualClock.Run(time => GoodbyeAsync(time, random, seed));
        }
    }

    [Fact]
    public void A_caller_who_interrupts_the_goodbye_keeps_the_call_and_can_be_sent_off_later() => Call(async call =>
    {
        await call.Gemini.SayAsync(2_000, "Goodbye then.");
        await CallFunctionAsync(call, "end_call", "{}");
        await call.Gemini.CompleteTurnAsync();
        await call.Time.Pass(Ms(1_000));
        await call.Gemini.SendAsync("""{"serverContent":{"interrupted":true,"turnComplete":true}}""");
        await call.Gemini.SayAsync(1_000, "What else can I do?");
        await call.Gemini.CompleteTurnAsync();
        await call.Time.Pass(Ms(40_000));
        Assert.Null(call.Phone.Closed);

        await CallFunctionAsync(call, "end_call", "{}");
        await call.Gemini.SayAsync(1_000, "Goodbye.");
        await call.Gemini.CompleteTurnAsync();
        Assert.Equal(EndReason.AgentHungUp, (await call.EndAsync()).Reason);
        Assert.Equal(0, call.Phone.CutOffMs);
    });

    [Fact]
    public void A_key_pressed_during_the_goodbye_keeps_the_call() => Call(async call =>
    {
        await call.Gemini.SayAsync(2_000, "Goodbye then.");
        await CallFunctionAsync(call, "end_call", "{}");
        await call.Gemini.CompleteTurnAsync();
        await call.Phone.SendAsync("""{"event":"dtmf","streamSid":"MZ1","dtmf":{"digit":"5"}}""");
        await call.Time.Pass(Ms(10_000));
        Assert.Null(call.Phone.Closed);
        await call.Phone.HangUpAsync();
        await call.EndAsync();
    });

    [Fact]
    public void The_line_is_not_dropped_while_the_caller_speaks() => VirtualClock.Run(async time =>
    {
        using var call = Start(time);
        await call.Phone.StartAsync();
        await call.Phone.KeepSilentAsync(Ms(1_000));
        await call.Gemini.SayAsync(400, "Bye.");
        await CallFunctionAsync(call, "end_call", "{}");
        await call.Gemini.CompleteTurnAsync();
        await call.Phone.KeepSilentAsync(Ms(100));
        await call.Phone.SpeakAsync(Ms(2_000));
        Assert.Null(call.Phone.Closed);
        await call.Phone.KeepSilentAsync(Ms(3_000));
        Assert.Equal(EndReason.AgentHungUp, (await call.EndAsync()).Reason);
    });

    [Theory]
    [InlineData(false, 5)]
    [InlineData(true, 30)]
    public void An_agent_that_says_nothing_more_or_never_stops_cannot_keep_the_line(bool talks, int seconds) => Call(async call =>
    {
        var asked = call.Time.Elapsed;
        await CallFunctionAsync(call, "end_call", "{}");
        for (var i = 0; talks && i < 20; i++)
        {
            await call.Gemini.SayAsync(4_000, "And another thing.");
        }

        Assert.Equal(EndReason.AgentHungUp, (await call.EndAsync()).Reason);
        Assert.InRange((call.Time.Elapsed - asked).TotalSeconds, seconds, seconds + 3);
    });

    [Fact]
    public void A_transfer_waits_for_the_sentence_that_announces_it_and_names_no_number() => Call(async call =>
    {
        await call.Gemini.SayAsync(3_000, "I connect you with the owner.");
        await CallFunctionAsync(call, "transfer_call", $$"""{"target":"owner","reason":"{{new string('r', 500)}}"}""");
        await call.Gemini.CompleteTurnAsync();
        Assert.Equal(EndReason.Transfer, (await call.EndAsync()).Reason);
        Assert.Equal(0, call.Phone.CutOffMs);
        Assert.Equal(3_000 + (Downsampler24To8.TailSamples / 8.0), call.Phone.ReceivedMs);
        var asked = Assert.Single(call.Log.Events.OfType<TransferRequested>());
        Assert.Equal(("owner", 200), (asked.Target, asked.Reason.Length));
        Assert.IsType<StreamEnded>(call.Log.Events[^1]);
        Assert.DoesNotContain("4155550123", string.Join(' ', call.Gemini.ToolAnswers) + call.Gemini.Setup.GetRawText(), StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("transfer_call", """{"target":"+19005550100","reason":"r"}""")]
    [InlineData("transfer_call", """{"target":"Owner","reason":"r"}""")]
    [InlineData("hand_off", """{"agent":"default"}""")]
    public void Who_is_not_in_the_profile_is_refused_and_the_agent_told(string function, string arguments) => Call(async call =>
    {
        await CallFunctionAsync(call, function, arguments);
        await call.Time.Pass(Ms(10_000));
        Assert.Null(call.Phone.Closed);
        Assert.True(Assert.Single(call.Gemini.ToolAnswers).GetProperty("functionResponses")[0].GetProperty("response").TryGetProperty("error", out _));
        Assert.Equal(1, call.Gemini.Sessions);
        await call.Phone.HangUpAsync();
        await call.EndAsync();
    });

    [Fact]
    public void Another_agent_takes_over_in_the_same_stream_and_knows_what_was_said() => Call(async call =>
    {
        await call.Gemini.SayAsync(1_000, "Fern and Fable.");
        await call.Gemini.CompleteTurnAsync();
        await call.Time.Pass(Ms(2_000));
        await call.Gemini.SendAsync("""{"serverContent":{"inputTranscription":{"text":"It is about a bill."}}}""");
        await call.Gemini.SayAsync(2_000, "My colleague takes over.");
        await CallFunctionAsync(call, "hand_off", """{"agent":"billing"}""");
        await call.Gemini.CompleteTurnAsync();
        Assert.Equal(1, call.Gemini.Sessions);
        await call.Time.Pass(Ms(4_000));

        Assert.Equal(2, call.Gemini.Sessions);
        Assert.Equal("You are billing.", call.Gemini.Setup.GetProperty("systemInstruction").GetProperty("parts")[0].GetProperty("text").GetString());
        Assert.Equal("Puck", call.Gemini.Setup.GetProperty("generationConfig").GetProperty("speechConfig").GetProperty("voiceConfig").GetProperty("prebuiltVoiceConfig").GetProperty("voiceName").GetString());
        var history = string.Join(' ', call.Gemini.History);
        Assert.All(["Fern and Fable.", "It is about a bill.", "My colleague takes over."], words => Assert.Contains(words, history, StringComparison.Ordinal));
        Assert.Contains("take over this call", call.Gemini.Texts[^1], StringComparison.Ordinal);
        Assert.Equal("billing", Assert.Single(call.Log.Events.OfType<AgentChanged>()).Agent);

        await call.Gemini.SayAsync(1_000, "Billing, good day.");
        await call.Gemini.CompleteTurnAsync();
        await call.Time.Pass(Ms(3_000));
        var heard = call.Gemini.Heard.Count;
        await call.Phone.HangUpAsync();
        Assert.Equal(EndReason.CallerHungUp, (await call.EndAsync()).Reason);
        Assert.Equal(0, call.Phone.ClearedMs);
        Assert.Equal(call.Phone.Frames * 20, call.End.Figures.CallerMsToGemini); // every frame went to one of the two, and none to both
        Assert.Equal(call.Phone.Frames * 320, call.Gemini.Heard.Count);
        Assert.Equal((0, 0), (call.End.Figures.CallerMsDropped, call.End.Figures.CallerMsRepeated));
        Assert.True(heard > 0);
    });

    // Each call has its own network, its own goodbye, and a model with its own habit of when to call the function.
    private static async Task GoodbyeAsync(VirtualClock time, Random random, int seed)
    {
        using var call = Start(time, TimeSpan.FromMilliseconds(random.Next(5, 120)));
        var lateBy = random.Next(150);
        call.Phone.MarkDelay = () => Ms(random.NextDouble() * lateBy);
        await call.Phone.StartAsync();
        var line = call.Phone.KeepSilentAsync(TimeSpan.FromMinutes(2));
        await time.Pass(Ms(1_000));
        var (pieces, length, habit) = (random.Next(1, 6), 40 * random.Next(1, 40), random.Next(3));
        if (habit == 0)
        {
            await CallFunctionAsync(call, "end_call", "{}");
        }

        for (var piece = 0; piece < pieces; piece++)
        {
            await call.Gemini.SayAsync(length, "Goodbye");
            await time.Pass(Ms(random.Next(0, 500)));
            if (habit == 1 && piece == pieces / 2)
            {
                await CallFunctionAsync(call, "end_call", "{}");
            }
        }

        if (habit == 2)
        {
            await CallFunctionAsync(call, "end_call", "{}");
        }

        await call.Gemini.CompleteTurnAsync();
        Assert.Equal(EndReason.AgentHungUp, (await call.EndAsync()).Reason);
        await line;
        Assert.True(call.Phone.ReceivedMs >= pieces * length, $"call {seed}: {call.Phone.ReceivedMs} of {pieces * length} ms arrived");
        Assert.True(call.Phone.CutOffMs == 0, $"call {seed}: {call.Phone.CutOffMs} ms were cut off");
        Assert.Equal(0, call.Phone.ClearedMs);
        Assert.All(call.Log.Events.OfType<AgentSaid>(), said => Assert.Equal(said.GeneratedMs, said.HeardMs));
    }

    private static async Task CallFunctionAsync(VirtualCall call, string name, string arguments) =>
        await call.Gemini.SendAsync($$$$"""{"toolCall":{"functionCalls":[{"id":"{{{{Guid.NewGuid():n}}}}","name":"{{{{name}}}}","args":{{{{arguments}}}}}]}}""");

    private static void Call(Func<VirtualCall, Task> scenario) => VirtualClock.Run(async time =>
    {
        using var call = Start(time);
        await call.Phone.StartAsync();
        var line = call.Phone.KeepSilentAsync(TimeSpan.FromMinutes(3));
        await time.Pass(TimeSpan.FromSeconds(1));
        await scenario(call);
        await line;
    });

    private static VirtualCall Start(VirtualClock time, TimeSpan? latency = null) => new(
        time, profile: Desk, second: Billing, phoneLatency: latency,
        tools: order => new Toolbox([.. CallControlTools.Of(order.Agent, order.Control!)], false, order.Call, LiveModel.Of(order.Model), order.Tell, time, NullLogger.Instance));

    private static TimeSpan Ms(double ms) => TimeSpan.FromMilliseconds(ms);
}
