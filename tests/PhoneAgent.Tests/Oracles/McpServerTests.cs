using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay;
using PhoneAgent.MediaRelay.Tools;
using PhoneAgent.MediaRelay.Tools.Mcp;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Scripts;
using PhoneAgent.Simulator.Sound;
using FunctionCall = PhoneAgent.MediaRelay.Gemini.FunctionCall;

namespace PhoneAgent.Tests.Oracles;

/// <summary>A real MCP server, of the official npm package, lends an agent its tools.</summary>
[SideBySide(8)]
public sealed class McpServerTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("agents-").FullName;
    private Process? _server;

    public async Task InitializeAsync()
    {
        if (Oracle.Scripts.Missing("@modelcontextprotocol/sdk") is null)
        {
            (_server, var first) = await Oracle.Scripts.ServeAsync("serve-mcp.mjs");
            File.WriteAllText(Path.Combine(_folder, "default.json"), $$$"""
                { "instructions": "You lend books.", "endCall": { "allowed": false }, "tools": { "mcp": { "library": {
                  "url": "http://127.0.0.1:{{{first["port"]}}}/mcp", "tools": ["search_books", "fail", "shout", "flood", "no_such_tool"], "headers": { "X-Key": "{secret:MCP}" } } } } }
                """);
        }
    }

    public Task DisposeAsync()
    {
        if (_server is not null)
        {
            _server.Kill();
            _server.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [NeedsMcpServerFact]
    public async Task A_tool_of_a_server_answers_in_a_simulated_call()
    {
        var configuration = HouseConfiguration.FromEnvironment();
        configuration["Tools:Secrets:MCP"] = "mcp-secret";
        var script = new ConversationScript(
        [
            new ScriptTurn { Agent = "Is there anything else?" },
            new ScriptTurn { Caller = "Sorry, and on Sunday?", Agent = "I see. Please go on.", Tool = new ScriptToolCall("search_books", new() { ["title"] = "Middlemarch", ["kind"] = "novel" }) },
        ]);
        var clips = new SpeechClips();
        var options = new SimulatedGeminiOptions { ApiKey = "key", Script = script };
        await using var house = await SimulatedHouse.OpenAsync(configuration, options, "file:" + Path.Combine(_folder, "calls"), agents: _folder);
        using var phone = new SimulatedPhone(house.PhoneSettings());

        var call = await phone.CallAsync(new ScriptedCaller(script, text => clips.Say(text, Simulator.Sound.Speaker.Caller, 8_000)));

        Assert.Null(call.Complaint);
        var session = Assert.Single(house.Gemini.Sessions);
        Assert.Equal(["search_books", "fail", "shout", "flood"], session.Setup["tools"]![0]!["functionDeclarations"]!.AsArray().Select(one => (string?)one!["name"]));
        Assert.Equal("""{"title":"Middlemarch","kind":"novel","shelf":"B7"}""", Assert.Single(session.FunctionResponses).Response["output"]!.ToJsonString());
    }

    [NeedsMcpServerFact]
    public async Task Whatever_a_server_does_the_model_gets_one_bounded_answer()
    {
        await using var relay = await StartAsync("mcp-secret");
        var toolbox = Pack(relay);
        Assert.Equal("""{"title":"Emma","kind":null,"shelf":"B7"}""", (await toolbox.CallAsync(new FunctionCall("1", "search_books", """{"title":"Emma"}"""), default)).Json);
        Assert.Contains("kind must be one of novel, poems", (await toolbox.CallAsync(new FunctionCall("1", "search_books", """{"title":"Emma","kind":"film"}"""), default)).Json, StringComparison.Ordinal);
        Assert.Equal(new FunctionAnswer(false, "\"No such book.\""), await toolbox.CallAsync(new FunctionCall("1", "fail", "{}"), default));
        var much = await toolbox.CallAsync(new FunctionCall("1", "shout", "{}"), default);
        Assert.True(much.Succeeded);
        Assert.InRange(much.Json.Length, 1_000, 8_192);
        Assert.Contains("There is no function of that name.", (await toolbox.CallAsync(new FunctionCall("1", "remove_all", "{}"), default)).Json, StringComparison.Ordinal);
        Assert.False((await toolbox.CallAsync(new FunctionCall("1", "flood", "{}"), default)).Succeeded);
    }

    [NeedsMcpServerFact]
    public async Task A_server_that_dies_is_answered_for_and_calls_go_on()
    {
        await using var relay = await StartAsync("mcp-secret");
        var toolbox = Pack(relay);
        _server!.Kill();
        await _server.WaitForExitAsync();
        Assert.False((await toolbox.CallAsync(new FunctionCall("1", "search_books", """{"title":"Emma"}"""), default)).Succeeded);
        Assert.NotNull(Pack(relay));
    }

    [NeedsMcpServerFact]
    public async Task A_server_that_refuses_lends_nothing_and_the_relay_starts()
    {
        await using var relay = await StartAsync("wrong");
        Assert.True(Pack(relay).Declarations.IsEmpty);
    }

    private async Task<ServiceProvider> StartAsync(string secret)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Tools:Secrets:MCP", secret)]).Build();
        var relay = new ServiceCollection().AddLogging().AddAgentProfiles(_folder).AddMediaRelay(settings).BuildServiceProvider();
        await relay.GetServices<IHostedService>().OfType<McpServers>().Single().StartAsync(default);
        return relay;
    }

    private static IToolbox Pack(ServiceProvider relay) => relay.GetRequiredService<Toolboxes>().For(new ToolboxOrder(
        relay.GetRequiredService<AgentProfiles>().Default,
        "gemini-3.8-live",
        new PhoneCall(CallSid.Parse("CA00000000000000000000000000000001"), "default", null, null, false),
        _ => { }));
}
