using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Configuration;

namespace PhoneAgent.Tests.Core.Agents;

public sealed class AgentProfilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("agents-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_profile_that_is_shipped_can_be_used()
    {
        var shipped = AgentProfiles.Load();
        Assert.Contains(AgentProfiles.DefaultName, shipped.Names);
        Assert.Equal(AgentProfiles.DefaultName, shipped.Default.Name);
        Assert.Contains("never claim to be a human", shipped.Default.Instructions, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_file_leaves_out_keeps_its_default()
    {
        Write("default", """{ "instructions": "Be brief.", /* quiet caller */ "voiceActivity": { "endSensitivity": "low" }, }""");
        var profile = AgentProfiles.Load(_folder).Default;
        Assert.Equal(new AgentProfile { Name = "default", Instructions = "Be brief.", VoiceActivity = new() { EndSensitivity = Sensitivity.Low } }, profile);
        Assert.Equal("Kore", profile.Voice);
        Assert.Equal(500, profile.VoiceActivity.SilenceDurationMs);
        Assert.NotNull(profile.Greeting);
    }

    [Fact]
    public void A_greeting_of_null_is_none()
    {
        Write("default", """{ "instructions": "Be brief.", "greeting": null }""");
        Assert.Null(AgentProfiles.Load(_folder).Default.Greeting);
    }

    [Fact]
    public void Profiles_are_found_by_name_and_only_by_name()
    {
        Write("default", """{ "instructions": "a" }""");
        Write("sales", """{ "instructions": "b" }""");
        var profiles = AgentProfiles.Load(_folder);
        Assert.Equal(["default", "sales"], profiles.Names);
        Assert.Equal("b", profiles.Find("sales")?.Instructions);
        Assert.Null(profiles.Find("Sales"));
        Assert.Null(profiles.Find(null));
        Assert.Null(profiles.Find("../default"));
    }

    [Fact]
    public void Every_mistake_is_told_at_once_with_its_file()
    {
        Write("default", """
            {
              "instructions": " ",
              "language": "english please",
              "voiceActivity": {
                "silenceDurationMs": 9
              }
            }
            """);
        Write("typo", """{ "instructions": "a", "voise": "Puck" }""");
        Write("none", "null");
        Write("missing", """{ "voice": "Puck" }""");
        Write("Big Name", """{ "instructions": "a" }""");
        Assert.Equal(
            [
                "agents/Big Name.json: The file's name must be of a-z, 0-9, - and _, at most 64 of them.",
                "agents/default.json:2: instructions is empty: say who the agent is and what it does.",
                "agents/default.json:3: language is not a language code like en-US; remove it to follow the caller.",
                "agents/default.json:5: voiceActivity.silenceDurationMs must be from 100 to 5000.",
                "agents/missing.json:1: instructions is missing.",
                "agents/none.json:1: It must be an object.",
            ],
            Problems().SkipLast(1));
        Assert.StartsWith("agents/typo.json:1: voise is no key that is known here; there are $schema, instructions, voice, ", Problems()[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_json_is_named_with_the_line_where_it_breaks()
    {
        Write("default", "{\n  \"instructions\": \"a\",\n  \"voice\": Puck\n}");
        Assert.StartsWith("agents/default.json:3: It is no JSON: ", Assert.Single(Problems()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" "voice": 7 """, "voice must be one of Zephyr")]
    [InlineData(""" "voice": "Hal" """, "voice must be one of Zephyr")]
    [InlineData(""" "voice": null """, "voice must be one of Zephyr")]
    [InlineData(""" "instructions": "b" """, "instructions stands here a second time.")]
    [InlineData(""" "idleSeconds": "soon" """, "idleSeconds must be a whole number.")]
    [InlineData(""" "idleSeconds": 2.5 """, "idleSeconds must be a whole number.")]
    [InlineData(""" "idleSeconds": 601 """, "idleSeconds must be from 0 to 600.")]
    [InlineData(""" "idleSeconds": 4 """, "idleSeconds must be 0 or from 5 to 600.")]
    [InlineData(""" "speaksFirst": "nobody" """, "speaksFirst must be one of agent, caller.")]
    [InlineData(""" "speaksFirst": "caller", "greetingText": "Hello." """, "greetingText is never said, because the caller speaks first.")]
    [InlineData(""" "disclosure": "" """, "disclosure is empty.")]
    [InlineData(""" "voiceActivity": { "startSensitivity": "medium" } """, "voiceActivity.startSensitivity must be one of high, low.")]
    [InlineData(""" "voiceActivity": { "prefixPaddingMs": -1 } """, "voiceActivity.prefixPaddingMs must be from 0 to 1000.")]
    [InlineData(""" "voiceActivity": [] """, "voiceActivity must be an object.")]
    [InlineData(""" "endCall": { "maxMinutes": 0 } """, "endCall.maxMinutes must be from 1 to 720.")]
    [InlineData(""" "transferTargets": { "desk": {} } """, "transferTargets.desk.number is missing.")]
    [InlineData(""" "transferTargets": { "desk": { "number": "0049123" } } """, "transferTargets.desk.number is not a phone number in E.164 format, like +14155550100.")]
    [InlineData(""" "transferTargets": { "The Desk": { "number": "+14155550100" } } """, "transferTargets.The Desk is no name: a-z, 0-9, - and _, at most 32, a letter first.")]
    [InlineData(""" "transferTargets": { "desk": { "number": "+14155550100", "ringSeconds": 4 } } """, "transferTargets.desk.ringSeconds must be from 5 to 120.")]
    [InlineData(""" "transferTargets": { "desk": { "number": "+14155550100", "callerId": "Shop" } } """, "transferTargets.desk.callerId is not a phone number in E.164 format, like +14155550100.")]
    [InlineData(""" "handOff": { "sails": {} } """, "handOff.sails names no agent; there are default.")]
    [InlineData(""" "handOff": { "default": {} } """, "handOff.default is this agent itself.")]
    [InlineData(""" "keypad": { "transfer": { "0": "desk" } } """, "keypad.transfer.0 names no transfer target; there are none.")]
    [InlineData(""" "keypad": { "transfer": { "10": "desk" } } """, "keypad.transfer.10 is no key: 0 to 9, * or #.")]
    [InlineData(""" "transferTargets": { "desk": { "number": "+14155550100" } }, "keypad": { "transfer": { "#": "desk" } } """, "keypad.transfer.# is the key that ends a number, too; set keypad.endKey to another, or to null.")]
    [InlineData(""" "recording": { "enabled": true } """, "recording.consent is missing: say what the caller is told before the call is recorded.")]
    [InlineData(""" "model": { "name": "models/gemini" } """, "model.name is no name of a model, like gemini-3.8-live.")]
    [InlineData(""" "model": { "temperature": 3 } """, "model.temperature must be from 0 to 2.")]
    [InlineData(""" "model": { "name": "gemini-3.8-live", "thinkingLevel": "low" } """, "model.thinkingLevel is not taken by gemini-3.8-live.")]
    [InlineData(""" "model": { "name": "gemini-3.8-live-extended-thinking", "thinkingLevel": "minimal" } """, "model.thinkingLevel must be one of low, medium, high for gemini-3.8-live-extended-thinking.")]
    [InlineData(""" "model": { "name": "gemini-3.1-flash-live-preview", "thinkingBudget": 100 } """, "model.thinkingBudget is not taken by gemini-3.1-flash-live-preview.")]
    [InlineData(""" "model": { "name": "gemini-3.1-flash-live-preview" }, "tools": { "functions": { "note": { "scheduling": "silent" } } } """, "tools.functions.note.scheduling has no meaning where the model waits for the result; gemini-3.1-flash-live-preview always does.")]
    [InlineData(""" "model": { "name": "gemini-3.1-flash-live-preview" }, "tools": { "functions": { "note": { "blocking": false } } } """, "tools.functions.note.blocking must not be false: gemini-3.1-flash-live-preview waits for every function.")]
    [InlineData(""" "model": { "name": "gemini-3.8-live-extended-thinking" }, "tools": { "functions": { "note": { "blocking": true } } } """, "tools.functions.note.blocking must not be true: gemini-3.8-live-extended-thinking takes functions only that it need not wait for.")]
    [InlineData(""" "tools": { "functions": { "end_call": {} } } """, "tools.functions.end_call has the name of a built-in tool.")]
    [InlineData(""" "tools": { "functions": { "find it": {} } } """, "tools.functions.find it is no name: letters, digits, _ and -, at most 64, a letter first.")]
    [InlineData(""" "tools": { "functions": { "note": {} }, "http": { "note": { "description": "d", "url": "https://a.example" } } } """, "tools.http.note has the name of another tool.")]
    [InlineData(""" "tools": { "functions": { "note": { "timeoutSeconds": 61 } } } """, "tools.functions.note.timeoutSeconds must be from 1 to 60.")]
    [InlineData(""" "tools": { "http": { "find": { "url": "https://a.example" } } } """, "tools.http.find.description is missing.")]
    [InlineData(""" "tools": { "http": { "find": { "description": "d", "url": "a.example/x" } } } """, "tools.http.find.url is not an address like https://shop.example.com/orders/{number}, whose host is written out.")]
    [InlineData(""" "tools": { "http": { "find": { "description": "d", "url": "https://{host}/x" } } } """, "tools.http.find.url is not an address like https://shop.example.com/orders/{number}, whose host is written out.")]
    [InlineData(""" "tools": { "http": { "find": { "description": "d", "url": "https://me:pw@a.example/x" } } } """, "tools.http.find.url is not an address like https://shop.example.com/orders/{number}, whose host is written out.")]
    [InlineData(""" "tools": { "http": { "find": { "description": "d", "url": "http://a.example/x" } } } """, "tools.http.find.url must be https: http is for loopback addresses only.")]
    [InlineData(""" "tools": { "http": { "find": { "description": "d", "url": "https://a.example/{id}" } } } """, "tools.http.find.url has {id}, which is none of the parameters' properties; there are none.")]
    [InlineData(""" "tools": { "http": { "find": { "description": "d", "url": "https://a.example", "method": "TRACE" } } } """, "tools.http.find.method must be one of GET")]
    [InlineData(""" "tools": { "http": { "find": { "description": "d", "url": "https://a.example", "headers": { "X": "a\nb" } } } } """, "tools.http.find.headers.X holds something else than printable ASCII.")]
    [InlineData(""" "tools": { "http": { "find": { "description": "d", "url": "https://a.example", "allowedHosts": ["https://b.example"] } } } """, "tools.http.find.allowedHosts[0] is not a host like files.example.com.")]
    [InlineData(""" "tools": { "mcp": { "books": { "url": "https://a.example/mcp", "tools": [] } } } """, "tools.mcp.books.tools must have from 1 to 64 items.")]
    [InlineData(""" "tools": { "mcp": { "books": { "url": "http://a.example/mcp", "tools": ["find"] } } } """, "tools.mcp.books.url must be https: http is for loopback addresses only.")]
    public void Each_kind_of_mistake_is_named_with_file_line_and_key(string json, string problem)
    {
        Write("default", "{\n\"instructions\": \"a\",\n" + json.Replace("\n", "\\n", StringComparison.Ordinal) + "\n}");
        Assert.StartsWith("agents/default.json:3: " + problem, Assert.Single(Problems()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_says_all_it_can_say()
    {
        Write("sales", """{ "$schema": "./agent.schema.json", "instructions": "b" }""");
        Write("default", """
            {
              "instructions": "a", "voice": "Puck", "language": "de-DE", "speaksFirst": "agent", "greetingText": "Guten Tag.", "disclosure": "Hier spricht eine KI.",
              "endCall": { "allowed": false, "when": "never", "maxMinutes": 5 },
              "transferTargets": { "desk": { "number": "+14155550100", "when": "asked for", "ringSeconds": 30, "limitMinutes": 10, "callerId": "+14155550199", "whisper": false, "accept": true } },
              "handOff": { "sales": { "when": "prices" } },
              "keypad": { "transfer": { "0": "desk" }, "endKey": "*", "pauseMs": 1500 },
              "recording": { "enabled": true, "consent": "This call is recorded." },
              "model": { "name": "gemini-3.8-live-extended-thinking", "temperature": 0.5, "topP": 0.9, "thinkingLevel": "low", "compressAtTokens": 20000 },
              "tools": {
                "googleSearch": true,
                "functions": { "note": { "scheduling": "whenIdle", "timeoutSeconds": 5 } },
                "http": { "find": { "description": "Finds.", "method": "POST", "url": "https://a.example/{id}", "parameters": { "type": "object", "properties": { "id": { "type": "string" } } }, "headers": { "X-Key": "{secret:SHOP}" } } },
                "mcp": { "books": { "url": "https://b.example/mcp", "tools": ["search"] } }
              }
            }
            """);
        var profile = AgentProfiles.Load(_folder).Default;
        Assert.Contains("\"Guten Tag.\"", profile.OpeningPrompt, StringComparison.Ordinal);
        Assert.Equal(new EndCallRules { Allowed = false, When = "never", MaxMinutes = 5 }, profile.EndCall);
        Assert.Equal(
            new TransferTarget { Number = "+14155550100", When = "asked for", RingSeconds = 30, LimitMinutes = 10, CallerId = "+14155550199", Whisper = false, Accept = true },
            profile.TransferTargets["desk"]);
        Assert.Equal("prices", profile.HandOff["sales"].When);
        Assert.Equal(("desk", "*", 1_500), (profile.Keypad.Transfer["0"], profile.Keypad.EndKey, profile.Keypad.PauseMs));
        Assert.Equal(new RecordingRules { Enabled = true, Consent = "This call is recorded." }, profile.Recording);
        Assert.Equal(new ModelRules { Name = "gemini-3.8-live-extended-thinking", Temperature = 0.5, TopP = 0.9, ThinkingLevel = ThinkingLevel.Low, CompressAtTokens = 20_000 }, profile.Model);
        Assert.True(profile.Tools.GoogleSearch);
        Assert.Equal(new ToolRules { Scheduling = Scheduling.WhenIdle, TimeoutSeconds = 5 }, profile.Tools.Functions["note"]);
        Assert.Equal("{secret:SHOP}", profile.Tools.Http["find"].Headers["X-Key"]);
        Assert.Equal("string", profile.Tools.Http["find"].Parameters.GetProperty("properties").GetProperty("id").GetProperty("type").GetString());
        Assert.Equal(["search"], profile.Tools.Mcp["books"].Tools);
        Assert.Null((profile with { SpeaksFirst = FirstSpeaker.Caller }).OpeningPrompt);
    }

    [Fact]
    public void A_file_may_begin_with_a_byte_order_mark()
    {
        File.WriteAllText(Path.Combine(_folder, "default.json"), """{ "instructions": "a" }""", new System.Text.UTF8Encoding(true));
        Assert.Equal("a", AgentProfiles.Load(_folder).Default.Instructions);
    }

    [Fact]
    public void There_must_be_a_default()
    {
        Write("sales", """{ "instructions": "b" }""");
        Assert.StartsWith("agents/default.json is missing", Assert.Throws<AgentProfileException>(() => AgentProfiles.Load(_folder)).Problems.Single(), StringComparison.Ordinal);
        Assert.Throws<AgentProfileException>(() => AgentProfiles.Load(Path.Combine(_folder, "nowhere")));
    }

    [Fact]
    public void A_number_given_to_an_agent_that_does_not_exist_is_found_at_start()
    {
        Write("default", """{ "instructions": "a" }""");
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("PhoneAgent:Agents:14155550100", "sails")]).Build();
        using var services = new ServiceCollection().AddRelayConfiguration(configuration).AddAgentProfiles(_folder).AddAgentProfiles().BuildServiceProvider();
        var refused = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<StartupChecks>>().Value);
        Assert.Contains("PhoneAgent__Agents__14155550100 names no agent profile. There are: default.", refused.Failures);
        Assert.Contains(refused.Failures, problem => problem.StartsWith("Gemini__ApiKey", StringComparison.Ordinal));
    }

    private IReadOnlyList<string> Problems() => Assert.Throws<AgentProfileException>(() => AgentProfiles.Load(_folder)).Problems;

    private void Write(string name, string json) => File.WriteAllText(Path.Combine(_folder, name + ".json"), json);
}
