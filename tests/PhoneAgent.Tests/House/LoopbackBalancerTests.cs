using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Simulator.House;

namespace PhoneAgent.Tests.House;

public sealed class LoopbackBalancerTests
{
    [Fact]
    public async Task Connections_take_turns_and_pass_over_who_is_not_ready_or_gone()
    {
        await using var one = await Server.StartAsync("one");
        await using var other = await Server.StartAsync("other");
        await using var balancer = new LoopbackBalancer([one.Origin, other.Origin]);
        Assert.Equal(["one", "one", "other", "other"], (await AskAsync(balancer, 4)).Order());

        one.IsReady = false;
        await UntilAsync(async () => (await AskAsync(balancer, 4)).All(name => name == "other"));
        one.IsReady = true;
        await UntilAsync(async () => (await AskAsync(balancer, 4)).Count(name => name == "one") == 2);
        await other.StopAsync();
        Assert.All(await AskAsync(balancer, 4), name => Assert.Equal("one", name)); // at once, not when it was next asked
        Assert.Equal([0, 0], balancer.Open);
    }

    private static async Task<IReadOnlyList<string>> AskAsync(LoopbackBalancer balancer, int times)
    {
        var answers = new List<string>();
        for (var i = 0; i < times; i++)
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = balancer.Origin };
            http.DefaultRequestHeaders.ConnectionClose = true;
            answers.Add(await http.GetStringAsync("/name"));
            await UntilAsync(() => Task.FromResult(balancer.Open.Sum() == 0));
        }

        return answers;
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var patience = Patience.Token;
        while (!await isSo())
        {
            await Task.Delay(20, patience);
        }
    }

    private sealed class Server : IAsyncDisposable
    {
        private readonly WebApplication _app;

        private Server(WebApplication app) => _app = app;

        public bool IsReady { get; set; } = true;

        public Uri Origin => new(_app.Urls.Single());

        public static async Task<Server> StartAsync(string name)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var server = new Server(builder.Build());
            server._app.MapGet("/name", () => name);
            server._app.MapGet("/readyz", () => server.IsReady ? Results.Ok() : Results.StatusCode(503));
            await server._app.StartAsync();
            return server;
        }

        public Task StopAsync() => _app.StopAsync();

        public ValueTask DisposeAsync() => _app.DisposeAsync();
    }
}
