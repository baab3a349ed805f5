using System.Text.Json.Nodes;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Scripts;

namespace PhoneAgent.Tests.Phone;

/// <summary>A whole conversation in real time: greeting, question, answer, barge-in, goodbye.</summary>
[Collection(RealTimeCollection.Name)]
public sealed class ConversationTests : IAsyncLifetime
{
    private static readonly ConversationScript Script = new(
    [
        new ScriptTurn { Agent = "greeting" },
        new ScriptTurn { Caller = "question", Agent = "answer" },
        new ScriptTurn { Caller = "wait", InterruptAfterMs = 200, Agent = "goodbye" },
    ]);

    private ScriptedApplication _application = null!;

    public async Task InitializeAsync()
    {
        _application = await ScriptedApplication.StartAsync();
        _application.Twiml["/incoming"] = _ => _application.ConnectTwiml();
        _application.Twiml["/ended"] = static _ => "<Response/>";
        _application.Stream = AgentAsync;
    }

    public async Task DisposeAsync() => await _application.DisposeAsync();

    [Fact]
    public async Task A_scripted_conversation_is_held_measured_and_recorded()
    {
        var events = new List<PhoneEvent>();
        using var phone = new SimulatedPhone(_application.Settings);
        var result = await phone.CallAsync(new ScriptedCaller(Script, static _ => Tones.Pcm(200)), events.Add);

        Assert.Null(result.Complaint);
        Assert.Empty(result.Errors);
        Assert.Equal(CallEnding.CallerHungUp, result.Ending);
        Assert.Equal([null, "question", "wait"], result.Turns.Select(turn => turn.Caller));
        Assert.All(result.Turns.Skip(1), turn => Assert.InRange(turn.ResponseMs!.Value, 80, 3000));

        var interruption = Assert.Single(result.Interruptions);
        Assert.Equal(2, interruption.Turn);
        Assert.InRange(interruption.ClearMs!.Value, 0, 2000);
        Assert.InRange(interruption.SilentMs, interruption.ClearMs.Value - 20, interruption.ClearMs.Value + 40);
        Assert.InRange(interruption.HeardMs - interruption.SilentMs, 200, 260); // began, 200 ms, first frame of the barge-in sent

        Assert.Equal(3, result.AgentUtterances.Count);
        Assert.Equal(200 + 5000 + 200, result.AgentMsHeard + result.AgentMsCleared, 3);
        Assert.Equal(result.CallerSaid.Length, result.CallerHeard.Length);
        Assert.Equal(0, result.CallerSaid.Length % 160);
        AssertAudible(result.CallerSaid, result.Turns[1].CallerBeginMs, result.Turns[1].CallerEndMs);
        AssertAudible(result.CallerHeard, result.Turns[2].AnswerBeginMs!.Value, result.Turns[2].AnswerEndMs!.Value);
        Assert.Equal(
            [
                typeof(AgentBegan), typeof(AgentFinished), typeof(CallerBegan), typeof(CallerFinished),
                typeof(AgentBegan), typeof(CallerBegan), typeof(AudioCleared), typeof(AgentFinished), typeof(CallerFinished),
                typeof(AgentBegan), typeof(AgentFinished),
            ],
            events.Select(happened => happened.GetType()).Where(kind => kind.Name.StartsWith("Agent", StringComparison.Ordinal)
                || kind.Name.StartsWith("Caller", StringComparison.Ordinal) || kind == typeof(AudioCleared)));
    }

    /// <summary>Speaks first; 100 ms after the caller is silent it answers; the caller speaking clears what it says.</summary>
    private static async Task AgentAsync(ServerStream stream)
    {
        await stream.ReadUntilAsync("start");
        await stream.SendMediaAsync(Tones.MuLaw(200));
        await HearCallerOutAsync(stream);
        await stream.SendMediaAsync(Tones.MuLaw(5000));
        await HearCallerBeginAsync(stream);
        await stream.SendClearAsync();
        await HearCallerEndAsync(stream);
        await stream.SendMediaAsync(Tones.MuLaw(200));
        await stream.ReadToEndAsync();
    }

    private static async Task HearCallerOutAsync(ServerStream stream)
    {
        await HearCallerBeginAsync(stream);
        await HearCallerEndAsync(stream);
    }

    private static async Task HearCallerBeginAsync(ServerStream stream)
    {
        while (!IsAudible(await stream.ReadAsync()))
        {
        }
    }

    private static async Task HearCallerEndAsync(ServerStream stream)
    {
        for (var silent = 0; silent < 5;)
        {
            silent = IsAudible(await stream.ReadAsync()) ? 0 : silent + 1;
        }
    }

    private static bool IsAudible(JsonObject? message) =>
        message?["media"]?["payload"] is { } payload && Convert.FromBase64String((string)payload!).Any(code => code is not (0xFF or 0x7F));

    private static void AssertAudible(byte[] mulaw, int beginMs, int endMs)
    {
        Assert.True(endMs > beginMs);
        Assert.DoesNotContain(mulaw[(beginMs * 8)..(endMs * 8)].Chunk(160), frame => frame.All(code => code == 0xFF));
    }
}
