using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Tests.Sound;

namespace PhoneAgent.Tests.GeminiSimulation;

public sealed class GeminiBehaviourTests(GeminiServerFixture fixture) : IClassFixture<GeminiServerFixture>, IDisposable
{
    private const string Begin = """{"realtimeInput":{"text":"Begin."}}""";

    private readonly SimulatedGeminiServer _server = fixture.Server;

    public void Dispose() => _server.Gemini.Behaviour = GeminiBehaviour.Normal;

    [Fact]
    public async Task Setup_can_stay_unanswered()
    {
        _server.Gemini.Behaviour = new GeminiBehaviour { NeverAnswersSetup = true };
        using var client = await LiveClient.ConnectAsync(_server);
        await client.SayAsync(LiveClient.Setup);
        await client.SayAsync("""{"realtimeInput":{"text":"Hello?"}}""");
        await client.SayAsync(LiveClient.Setup); // a second one is refused
        Assert.Null(await client.HearRawAsync()); // nothing before the close
        Assert.Equal(["Hello?"], _server.Gemini.Sessions[^1].Texts);
    }

    [Theory]
    [InlineData(KeyRefusal.NotValid, 1007)]
    [InlineData(KeyRefusal.Blocked, 1008)]
    public async Task The_right_key_can_be_refused(KeyRefusal refusal, int code)
    {
        _server.Gemini.Behaviour = new GeminiBehaviour { RefusesKey = refusal };
        using var client = await LiveClient.ConnectAsync(_server);
        Assert.Equal(code, await client.HearCloseAsync());
    }

    [Fact]
    public async Task The_right_key_can_be_refused_before_the_upgrade()
    {
        _server.Gemini.Behaviour = new GeminiBehaviour { RefusesKey = KeyRefusal.Http403 };
        using var client = await LiveClient.ConnectAsync(_server);
        Assert.Equal(403, client.HttpStatus);
    }

    [Fact]
    public async Task Anything_can_be_sent_after_setup_complete()
    {
        _server.Gemini.Behaviour = new GeminiBehaviour { RawAfterSetup = ["{ not json", """{"newKind":{}}""", ""] };
        using var client = await LiveClient.SetUpAsync(_server);
        Assert.Equal("{ not json", (await client.HearRawAsync())!.Value.Text);
        Assert.Equal("""{"newKind":{}}""", (await client.HearRawAsync())!.Value.Text);
        Assert.Equal("", (await client.HearRawAsync())!.Value.Text);
    }

    [Fact]
    public async Task Messages_can_come_in_fragments()
    {
        _server.Gemini.Behaviour = new GeminiBehaviour { FragmentBytes = 10 };
        using var client = await LiveClient.ConnectAsync(_server);
        await client.SayAsync(LiveClient.Setup);
        var message = (await client.HearRawAsync())!.Value;
        Assert.True(message.Frames > 3);
        Assert.Contains("setupComplete", message.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_connection_can_drop_without_a_close()
    {
        using var client = await LiveClient.SetUpAsync(_server);
        _server.Gemini.Faults.Now(GeminiFaultKind.Drop);
        await client.SayAsync(Begin);
        Assert.Equal(-1, await client.HearCloseAsync());
        Assert.Equal((1006, false), (_server.Gemini.Sessions[^1].Close!.Code, _server.Gemini.Sessions[^1].ClosedByClient));
    }

    [Fact]
    public async Task The_connection_can_close_with_a_code_in_the_middle_of_a_line()
    {
        await using var server = await SimulatedGeminiServer.StartAsync(
            GeminiServerFixture.Options with { AgentVoice = _ => TestTone.Sine(300, GeminiWire.AgentRate, 60) });
        using var client = await LiveClient.SetUpAsync(server);
        await client.SayAsync(Begin);
        await client.HearUntilAsync("modelTurn");
        server.Gemini.Faults.Now(GeminiFaultKind.Close1011);
        Assert.Equal(1011, await client.HearCloseAsync());
        Assert.Equal("The service is currently unavailable.", client.CloseReason);
        Assert.Equal(LineState.Speaking, server.Gemini.Sessions[0].Lines[0].State);
    }

    [Fact]
    public async Task A_client_that_does_not_answer_the_close_keeps_nobody_else_waiting()
    {
        using var client = await LiveClient.SetUpAsync(_server);
        _server.Gemini.Faults.Now(GeminiFaultKind.Close1011);
        await client.SayAsync(Begin);
        var session = _server.Gemini.Sessions[^1];
        await session.WaitUntilAsync(s => s.Close is not null, Patience.Token);
        using var next = await LiveClient.SetUpAsync(_server);
        Assert.Equal(1011, session.Close!.Code);
    }
}
