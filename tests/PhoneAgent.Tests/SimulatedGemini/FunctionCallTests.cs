using System.Text.Json.Nodes;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.Scripts;

namespace PhoneAgent.Tests.GeminiSimulation;

public sealed class FunctionCallTests
{
    private readonly ConversationBench _bench = new(new ConversationScript(
    [
        new ScriptTurn { Agent = "Hello." },
        new ScriptTurn
        {
            Caller = "The weather?", Agent = "Sunny.", Tool = new ScriptToolCall("get_weather", new JsonObject { ["city"] = "Lund" }),
        },
        new ScriptTurn { Caller = "Never mind.", Agent = "As you like." },
    ]));

    [Fact]
    public void The_function_is_called_and_the_answer_waits_for_its_response()
    {
        AskForTheWeather();
        var call = _bench.Sent.Select(sent => sent.Message.ToolCall).OfType<FunctionCall>().Single();
        Assert.Equal(("get_weather", "Lund"), (call.Name, (string?)call.Args["city"]));
        _bench.Silence(3000);
        Assert.Single(_bench.Session.Lines);
        var respondedAt = _bench.NowMs;
        Respond(call.Id);
        _bench.Silence(2000);
        Assert.Equal("Sunny.", _bench.Session.Lines[^1].Text);
        Assert.Equal(respondedAt + 150, (int)_bench.Session.Lines[^1].StartedAt.TotalMilliseconds);
    }

    [Fact]
    public void An_answer_nobody_waits_for_changes_nothing()
    {
        AskForTheWeather();
        Respond("some-other-id");
        _bench.Silence(2000);
        Assert.Single(_bench.Session.Lines);
        var id = _bench.Session.FunctionCalls.Single().Id;
        Respond(id);
        _bench.Silence(2000);
        Respond(id);
        _bench.Silence(2000);
        Assert.Equal(2, _bench.Session.Lines.Count);
    }

    [Fact]
    public void A_silent_response_is_not_spoken_about()
    {
        AskForTheWeather();
        Respond(_bench.Session.FunctionCalls.Single().Id, "SILENT");
        _bench.Silence(3000);
        Assert.Single(_bench.Session.Lines);
    }

    [Fact]
    public void A_caller_who_does_not_wait_gets_the_next_turn_and_the_late_response_is_left_alone()
    {
        AskForTheWeather();
        _bench.Speak(500);
        _bench.Silence(3000);
        Respond(_bench.Session.FunctionCalls.Single().Id);
        _bench.Silence(3000);
        Assert.Equal(["Hello.", "As you like."], _bench.Session.Lines.Select(line => line.Text));
    }

    [Fact]
    public void A_response_while_the_caller_speaks_is_used_when_they_are_done()
    {
        AskForTheWeather();
        _bench.Speak(300);
        Respond(_bench.Session.FunctionCalls.Single().Id);
        _bench.Speak(300);
        Assert.Single(_bench.Session.Lines);
        _bench.Silence(3000);
        Assert.Equal(["Hello.", "Sunny."], _bench.Session.Lines.Select(line => line.Text));
    }

    private void AskForTheWeather()
    {
        _bench.Do((c, now) => c.Read("Go on.", now));
        _bench.Silence(1500);
        _bench.Speak(500);
        _bench.Silence(1000);
    }

    private void Respond(string id, string? scheduling = null) =>
        _bench.Do((c, now) => c.Read(new FunctionResponse(id, "get_weather", new JsonObject { ["output"] = "sun" }, scheduling), now));
}
