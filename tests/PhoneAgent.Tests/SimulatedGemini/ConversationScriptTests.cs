using System.Text;
using PhoneAgent.Simulator.Scripts;

namespace PhoneAgent.Tests.GeminiSimulation;

public sealed class ConversationScriptTests
{
    [Fact]
    public void The_demo_greets_is_interrupted_once_and_ends_with_a_transfer()
    {
        var turns = ConversationScript.Demo.Turns;
        Assert.Null(turns[0].Caller);
        Assert.Equal(1500, Assert.Single(turns, turn => turn.InterruptAfterMs is not null).InterruptAfterMs);
        Assert.Equal(("transfer_call", true), (turns[^1].Tool?.Name, ConversationScript.Demo.CallerStays));
        Assert.EndsWith("connect you.", turns[^1].Agent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_is_read_with_its_tool_call_and_its_lines_in_rotation()
    {
        var script = Parse("""
            {
              // comments and trailing commas are fine
              "turns": [
                { "agent": "Hello." },
                { "caller": "The weather?", "interruptAfterMs": 700, "agent": "Sunny.", "tool": { "name": "get_weather", "args": { "city": "Lund" } } },
              ],
              "agentLines": ["Yes.", "No."]
            }
            """);
        Assert.Equal(700, script.Turns[1].InterruptAfterMs);
        Assert.Equal("get_weather", script.Turns[1].Tool!.Name);
        Assert.Equal("Lund", (string?)script.Turns[1].Tool!.Args["city"]);
        Assert.Equal(["Yes.", "No."], script.AgentLines);
    }

    [Theory]
    [InlineData("{", "not JSON (line 1)")]
    [InlineData("[]", "the script: must be an object")]
    [InlineData("{}", "turns: is missing")]
    [InlineData("""{"turns":[]}""", "turns: needs at least one turn")]
    [InlineData("""{"turns":{}}""", "turns: must be a list")]
    [InlineData("""{"turns":[{"agent":"a"}],"speed":2}""", "speed: unknown key (known: turns, agentLines, callerStays)")]
    [InlineData("""{"turns":[{"agent":"a"}],"turns":[{"agent":"b"}]}""", "turns: stands there twice")]
    [InlineData("""{"turns":[{"agnet":"a"}]}""", "turns[0].agnet: unknown key")]
    [InlineData("""{"turns":[{"caller":"a"}]}""", "turns[0].agent: is missing")]
    [InlineData("""{"turns":[{"agent":" "}]}""", "turns[0].agent: must be a text that is not empty")]
    [InlineData("""{"turns":[{"agent":7}]}""", "turns[0].agent: must be a text")]
    [InlineData("""{"turns":[{"agent":"a"},{"agent":"b"}]}""", "turns[1]: needs the key \"caller\"")]
    [InlineData("""{"turns":[{"agent":"a"},{"agent":"b","caller":"c","interruptAfterMs":-1}]}""", "turns[1].interruptAfterMs: must be a whole number from 0 to 60000")]
    [InlineData("""{"turns":[{"agent":"a","interruptAfterMs":5}]}""", "turns[0].interruptAfterMs: there is no earlier line")]
    [InlineData("""{"turns":[{"agent":"a","tool":{"name":"t","args":[]}}]}""", "turns[0].tool.args: must be an object")]
    [InlineData("""{"turns":[{"agent":"a","tool":{"args":{}}}]}""", "turns[0].tool.name: is missing")]
    [InlineData("""{"turns":[{"agent":"a"}],"agentLines":["b",null]}""", "agentLines[1]: must be a text")]
    [InlineData("""{"turns":[{"agent":"a","keys":"1"}]}""", "turns[0].keys: stands instead of")]
    [InlineData("""{"turns":[{"agent":"a"},{"agent":"b","caller":"c","keys":"1"}]}""", "turns[1].keys: stands instead of")]
    [InlineData("""{"turns":[{"agent":"a"},{"agent":"b","keys":"1A"}]}""", "turns[1].keys: must be keys of a telephone")]
    [InlineData("""{"turns":[{"agent":"a"}],"callerStays":"yes"}""", "callerStays: must be true or false")]
    public void What_is_wrong_with_a_script_is_said_with_file_and_key(string json, string says)
    {
        var message = Assert.Throws<ScriptFileException>(() => Parse(json)).Message;
        Assert.StartsWith("talk.json: ", message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_caller_may_press_keys_and_may_stay()
    {
        var script = Parse("""{"turns":[{"agent":"a"},{"keys":"42#","agent":"b"}],"callerStays":true}""");
        Assert.True(script.CallerStays);
        Assert.Equal(("42#", null), (script.Turns[1].Keys, script.Turns[1].Caller));
    }

    [Fact]
    public void A_file_with_a_byte_order_mark_is_loaded()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, """{"turns":[{"agent":"Hello."}]}""", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal("Hello.", Assert.Single(ConversationScript.Load(path).Turns).Agent);
        File.Delete(path);
    }

    private static ConversationScript Parse(string json) => ScriptFile.Parse(Encoding.UTF8.GetBytes(json), "talk.json");
}
