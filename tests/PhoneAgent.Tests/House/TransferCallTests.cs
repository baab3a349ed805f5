using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Scripts;
using PhoneAgent.Simulator.Softphone;

namespace PhoneAgent.Tests.House;

/// <summary>Whole calls that the agent ends, hands to a person, or records, over loopback in real time.</summary>
[SideBySide(25)]
public sealed class TransferCallTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("transfer-call").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_person_who_takes_the_call_ends_it()
    {
        var (call, record, sessions) = await CallAsync(DialledPerson.Answers);
        Assert.Equal(CallEnding.HungUpByTwiml, call.Ending);
        Assert.Empty(call.Errors);
        Assert.Equal(0, call.AgentMsCutOff); // the sentence before was heard to its end
        Assert.Contains("a call from 1 4 1 5 5 5 5 0 1 2 3. The reason: wants a person. Press 1", Assert.Single(call.Whispers), StringComparison.Ordinal);
        Assert.Single(sessions);
        var transfer = Assert.Single(record["transfers"]!.AsArray())!;
        Assert.Equal(("owner", "wants a person", "completed", true), ((string?)transfer["target"], (string?)transfer["reason"], (string?)transfer["outcome"], (bool?)transfer["accepted"]));
        Assert.Equal("transfer_call", (string?)Assert.Single(record["tools"]!.AsArray())!["name"]);
        Assert.DoesNotContain("4155550111", record.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_agent_hangs_up_when_its_goodbye_was_heard()
    {
        var (call, record, _) = await CallAsync(DialledPerson.Answers, new ScriptToolCall("end_call", []));
        Assert.Equal(CallEnding.HungUpByTwiml, call.Ending);
        Assert.Empty(call.Errors);
        Assert.Equal((0.0, 0.0), (call.AgentMsCutOff, call.AgentMsCleared));
        Assert.Equal("AgentHungUp", (string?)record["end"]!["reason"]);
        var said = Assert.Single(record["transcript"]!.AsArray())!;
        Assert.Equal((int?)said["generatedMs"], (int?)said["heardMs"]);
    }

    [Fact]
    public async Task A_recorded_call_begins_with_the_consent_sentence_and_holds_both_sides()
    {
        byte[] wav = [];
        var (call, _, _) = await CallAsync(
            DialledPerson.Answers, new ScriptToolCall("end_call", []), """, "recording": { "enabled": true, "consent": "This call is recorded." }""", async http => wav = await http.GetByteArrayAsync("recording"));
        Assert.Equal(["This call is recorded."], call.Announcements);
        Assert.Equal(wav.Length - 58, BitConverter.ToInt32(wav, 54));
        var agent = Enumerable.Range(0, (wav.Length - 58) / 2).Select(i => MuLaw.Decode(wav[58 + (2 * i) + 1])).ToArray();
        var loudMs = agent.Chunk(160).Count(frame => frame.Average(sample => Math.Abs((int)sample)) > 100) * 20;
        var heardMs = call.CallerHeard.Chunk(160).Count(frame => frame.Average(code => Math.Abs((int)MuLaw.Decode(code))) > 100) * 20;
        Assert.InRange(heardMs, 500, 5_000);
        Assert.InRange(loudMs, heardMs - 100, heardMs + 100);
    }

    [Theory]
    [InlineData(DialledPerson.Busy, "busy", "the line is busy")]
    [InlineData(DialledPerson.Declines, "declined", "they cannot take the call now")]
    [InlineData(DialledPerson.NoAnswer, "no-answer", "nobody answered")]
    public async Task A_call_that_nobody_takes_comes_back_to_the_agent_who_knows_why(DialledPerson person, string outcome, string told)
    {
        var (call, record, sessions) = await CallAsync(person, until: (again, patience) => again.WaitUntilAsync(one => Told(one).Contains(told, StringComparison.Ordinal), patience));
        Assert.Equal(CallEnding.CallerHungUp, call.Ending);
        Assert.Empty(call.Errors);
        Assert.Equal(outcome, (string?)record["transfers"]![0]!["outcome"]);
        Assert.True(sessions.Count >= 2, "the agent was not connected again");
        Assert.Contains(told, Told(sessions[1]), StringComparison.Ordinal);
    }

    private static string Told(GeminiSession session) => string.Join(' ', session.Texts) + session.Setup.ToJsonString();

    // The agent asks for the transfer at once, with a sentence. The caller says nothing, and hangs up when something is true of the second session, if ever.
    private async Task<(CallResult Call, JsonNode Record, IReadOnlyList<GeminiSession> Sessions)> CallAsync(
        DialledPerson person, ScriptToolCall? tool = null, string more = "", Func<HttpClient, Task>? afterwards = null, Func<GeminiSession, CancellationToken, Task>? until = null)
    {
        tool ??= new ScriptToolCall("transfer_call", new JsonObject { ["target"] = "owner", ["reason"] = "wants a person" });
        var script = new ConversationScript([new ScriptTurn { Agent = "Is there anything else?", Tool = tool }]);
        var options = new SimulatedGeminiOptions { ApiKey = "simulated", Script = script };
        await using var house = await SimulatedHouse.OpenAsync(HouseConfiguration.FromEnvironment(), options, "file:" + _folder, agents: Agents(more));
        using var phone = new SimulatedPhone((house.PhoneSettings() with { VerbSpeed = 10 }).With(person));
        var patience = Patience.Token;
        var caller = new LiveCaller();
        var calling = phone.CallAsync(caller, cancellation: patience);
        if (until is not null)
        {
            await until(await house.Gemini.WaitForSessionAsync(2, patience), patience);
            caller.HangUp();
        }

        var call = await calling;
        await house.WaitUntilIdleAsync(Patience.Long);
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("x-functions-key", house.FunctionKey);
        http.BaseAddress = new Uri(house.LocalWebhooks, $"/api/calls/{call.CallSid}/");
        var record = await http.GetFromJsonAsync<JsonNode>($"../{call.CallSid}");
        await (afterwards?.Invoke(http) ?? Task.CompletedTask);
        return (call, record!, house.Gemini.Sessions);
    }

    private string Agents(string more)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "agents"));
        File.WriteAllText(
            Path.Combine(folder.FullName, "default.json"),
            $$"""{ "instructions": "You connect callers.", "transferTargets": { "owner": { "number": "+14155550111", "accept": true, "ringSeconds": 5 } }{{more}} }""");
        return folder.FullName;
    }
}
