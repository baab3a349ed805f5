using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PhoneAgent.Simulator.House;

/// <summary>The systems of the sample agent's shop, on a loopback port: its orders and its messages, for the HTTP tools of its profile.</summary>
internal sealed class SampleShop : IAsyncDisposable
{
    private const int MaxMessages = 1_000;

    private static readonly Dictionary<string, JsonObject> Orders = new()
    {
        ["1042"] = new() { ["number"] = "1042", ["title"] = "The Wind in the Willows", ["status"] = "arrived", ["note"] = "Waits at the desk for two weeks." },
        ["1043"] = new() { ["number"] = "1043", ["title"] = "Middlemarch", ["status"] = "on its way", ["expected"] = "Thursday" },
    };

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<JsonObject> _messages = new();

    private SampleShop(WebApplication app) => _app = app;

    /// <summary>Where it is.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>The messages that were left.</summary>
    public IReadOnlyCollection<JsonObject> Messages => _messages;

    /// <summary>Opens the shop.</summary>
    public static async Task<SampleShop> OpenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var shop = new SampleShop(app);
        app.MapGet("/orders/{number}", (string number) => Orders.TryGetValue(number, out var order)
            ? Results.Text(order.ToJsonString(), "application/json")
            : Results.Text("""{"error":"There is no order of that number."}""", "application/json", statusCode: StatusCodes.Status404NotFound));
        app.MapPost("/messages", shop.TakeMessageAsync);
        await app.StartAsync();
        return shop;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> TakeMessageAsync(HttpRequest request)
    {
        if (await JsonNode.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted) is not JsonObject message || _messages.Count >= MaxMessages)
        {
            return Results.BadRequest();
        }

        _messages.Enqueue(message);
        return Results.Text("""{"taken":true}""", "application/json");
    }
}
