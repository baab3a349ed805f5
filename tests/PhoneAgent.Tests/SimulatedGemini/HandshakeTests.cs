using System.Net;
using PhoneAgent.Simulator.Gemini;

namespace PhoneAgent.Tests.GeminiSimulation;

public sealed class HandshakeTests(GeminiServerFixture fixture) : IClassFixture<GeminiServerFixture>
{
    private readonly SimulatedGeminiServer _server = fixture.Server;

    [Theory]
    [InlineData("/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent", "v1beta")]
    [InlineData("/ws/google.ai.generativelanguage.v1alpha.GenerativeService.BidiGenerateContent", "v1alpha")]
    [InlineData("//ws/google.ai.generativelanguage.v1.GenerativeService.BidiGenerateContent", "v1")] // as @google/genai 3.1.0 writes it
    public async Task The_method_is_found_in_every_version_clients_ask_for(string path, string version)
    {
        using var client = await LiveClient.ConnectAsync(_server, path: path);
        await client.SayAsync(LiveClient.Setup);
        await client.HearUntilAsync("setupComplete");
        Assert.Equal(version, _server.Gemini.Sessions[^1].ApiVersion);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateMusic")]
    [InlineData("/ws/google.ai.generativelanguage.v2.GenerativeService.BidiGenerateContent")]
    [InlineData("/x/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent")]
    public async Task Any_other_path_is_a_404(string path)
    {
        using var client = await LiveClient.ConnectAsync(_server, path: path);
        Assert.Equal(404, client.HttpStatus);
    }

    [Fact]
    public async Task A_request_that_is_no_websocket_is_a_400()
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{_server.Port}{GeminiWire.Path}"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task The_key_may_come_in_the_query()
    {
        using var client = await LiveClient.ConnectAsync(_server, key: null, path: $"{GeminiWire.Path}?key={LiveClient.Key}");
        await client.SayAsync(LiveClient.Setup);
        await client.HearUntilAsync("setupComplete");
    }

    [Theory]
    [InlineData("wrong", "", 1007, "API key not valid")]
    [InlineData(null, "?key=wrong", 1007, "API key not valid")]
    [InlineData(null, "", 1008, "unregistered callers")]
    [InlineData(null, "?key=", 1008, "unregistered callers")]
    public async Task A_wrong_key_and_a_missing_one_are_closed_with_the_reason(string? key, string query, int code, string reason)
    {
        var sessions = _server.Gemini.Sessions.Count;
        using var client = await LiveClient.ConnectAsync(_server, key, GeminiWire.Path + query);
        Assert.Equal(code, await client.HearCloseAsync());
        Assert.Contains(reason, client.CloseReason, StringComparison.Ordinal);
        Assert.Equal(sessions, _server.Gemini.Sessions.Count);
    }

    [Fact]
    public async Task Every_knock_on_the_door_is_counted_and_only_a_setup_makes_a_session()
    {
        await using var server = await SimulatedGeminiServer.StartAsync(GeminiServerFixture.Options);
        Assert.Equal((0, 0), (server.Gemini.ConnectionsSeen, server.Gemini.Sessions.Count));
        using var elsewhere = await LiveClient.ConnectAsync(server, path: "/");
        Assert.Equal(0, server.Gemini.ConnectionsSeen);
        using var silent = await LiveClient.ConnectAsync(server);
        Assert.Equal((1, 0), (server.Gemini.ConnectionsSeen, server.Gemini.Sessions.Count));
        using var talking = await LiveClient.SetUpAsync(server);
        Assert.Equal((2, 1), (server.Gemini.ConnectionsSeen, server.Gemini.Sessions.Count));
    }

    [Fact]
    public async Task Stopping_breaks_open_connections_at_once()
    {
        var server = await SimulatedGeminiServer.StartAsync(GeminiServerFixture.Options);
        using var client = await LiveClient.SetUpAsync(server);
        await server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(-1, await client.HearCloseAsync());
    }
}
