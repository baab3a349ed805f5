using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>The simulated Gemini on a loopback port of its own.</summary>
public sealed class SimulatedGeminiServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SimulatedGeminiServer(WebApplication app, SimulatedGemini gemini, int port)
    {
        _app = app;
        Gemini = gemini;
        Port = port;
    }

    /// <summary>What is served.</summary>
    public SimulatedGemini Gemini { get; }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>The value for <c>Gemini__Endpoint</c>: an origin, to which clients append the method's path.</summary>
    public string Endpoint => $"ws://127.0.0.1:{Port}";

    /// <summary>Starts it.</summary>
    /// <param name="options">What it says, and how.</param>
    /// <param name="port">0 for any free one.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    public static async Task<SimulatedGeminiServer> StartAsync(SimulatedGeminiOptions options, int port = 0, CancellationToken cancellationToken = default)
    {
        var gemini = new SimulatedGemini(options);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        app.MapSimulatedGemini(gemini);
        await app.StartAsync(cancellationToken);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new SimulatedGeminiServer(app, gemini, new Uri(address).Port);
    }

    /// <summary>Stops it; connections still open break.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
