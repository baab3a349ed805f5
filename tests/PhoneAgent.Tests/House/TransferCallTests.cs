using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Scripts;

namespace PhoneAgent.Tests.House;

/// <summary>Whole calls that the agent hands to a person, over loopback in real time.</summary>
[Collection(RealTimeCollection.Name)]
public sealed class TransferCallTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("transfer-call").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_person_who_takes_the_call_ends_it()
    {
        var (call, record, sessions) = await CallAsync(DialledPerson.Answers, stays: 60);
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

    [Theory]
    [InlineData(DialledPerson.Busy, "busy", "the line is busy")]
    [InlineData(DialledPerson.Declines, "declined", "they cannot take the call now")]
    [InlineData(DialledPerson.NoAnswer, "no-answer", "nobody answered")]
    public async Task A_call_that_nobody_takes_comes_back_to_the_agent_who_knows_why(DialledPerson person, string outcome, string told)
    {
        var (call, record, sessions) = await CallAsync(person, stays: 12);
        Assert.Equal(CallEnding.CallerHungUp, call.Ending);
        Assert.Empty(call.Errors);
        Assert.Equal(outcome, (string?)record["transfers"]![0]!["outcome"]);
        Assert.True(sessions.Count >= 2, "the agent was not connected again");
        Assert.Contains(told, string.Join(' ', sessions[1].Texts) + sessions[1].Setup.ToJsonString(), StringComparison.Ordinal);
    }

    // The agent asks for the transfer at once, with a sentence.
    private async Task<(CallResult Call, JsonNode Record, IReadOnlyList<GeminiSession> Sessions)> CallAsync(DialledPerson person, int stays)
    {
        var script = new ConversationScript([new ScriptTurn { Agent = "Is there anything else?", Tool = new ScriptToolCall("transfer_call", new JsonObject { ["target"] = "owner", ["reason"] = "wants a person" }) }]);
        var options = new SimulatedGeminiOptions { ApiKey = "simulated", Script = script };
        await using var house = await SimulatedHouse.OpenAsync(HouseConfiguration.FromEnvironment(), options, "file:" + _folder, agents: Agents());
        using var phone = new SimulatedPhone((house.PhoneSettings() with { VerbSpeed = 10 }).With(person));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var call = await phone.CallAsync(new SilentCaller(TimeSpan.FromSeconds(stays)), cancellation: patience.Token);
        await house.WaitUntilIdleAsync(TimeSpan.FromSeconds(10));
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("x-functions-key", house.FunctionKey);
        return (call, (await http.GetFromJsonAsync<JsonNode>(new Uri(house.LocalWebhooks, "/api/calls/" + call.CallSid)))!, house.Gemini.Sessions);
    }

    private string Agents()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "agents"));
        File.WriteAllText(
            Path.Combine(folder.FullName, "default.json"),
            """{ "instructions": "You connect callers.", "transferTargets": { "owner": { "number": "+14155550111", "accept": true, "ringSeconds": 5 } } }""");
        return folder.FullName;
    }
}
