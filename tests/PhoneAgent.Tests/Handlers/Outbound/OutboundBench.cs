using System.Net;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Outbound;

namespace PhoneAgent.Tests.Handlers.Outbound;

/// <summary>The handlers with outbound calls switched on for +1415, and a Twilio whose answers the test writes.</summary>
internal sealed class OutboundBench : ICallPlacer, IAsyncDisposable
{
    public const string To = "+14155550142";
    public const string From = "+14155550199";
    public const string Order = $$"""{"to":"{{To}}"}""";

    private OutboundBench()
    {
    }

    public HandlerHost Host { get; private set; } = null!;

    /// <summary>Everything Twilio was asked for.</summary>
    public List<CallToPlace> Asked { get; } = [];

    /// <summary>What Twilio answers; by default the call of <see cref="CallStory"/>.</summary>
    public Func<CallToPlace, CancellationToken, Task<PlaceResult>> Twilio { get; set; } =
        static (_, _) => Task.FromResult<PlaceResult>(new PlaceResult.Placed(CallStory.Call, "queued"));

    public CallToPlace Call => Asked[^1];

    public static async Task<OutboundBench> StartAsync(Dictionary<string, string?>? changes = null, Action<IServiceCollection>? services = null)
    {
        var bench = new OutboundBench();
        Dictionary<string, string?> configuration = new()
        {
            ["Outbound:Enabled"] = "true",
            ["Outbound:AllowedPrefixes:0"] = "+1415",
            ["Twilio:PhoneNumber"] = From,
            ["Twilio:PhoneNumbers:0"] = "+14155550198",
        };
        foreach (var (key, value) in changes ?? [])
        {
            if (value is null)
            {
                configuration.Remove(key);
                continue;
            }

            configuration[key] = value;
        }

        bench.Host = await HandlerHost.StartAsync(configuration, collection =>
        {
            collection.AddSingleton<ICallPlacer>(bench);
            services?.Invoke(collection);
        });
        return bench;
    }

    public async Task<PlaceResult> PlaceAsync(CallToPlace call, CancellationToken cancellation)
    {
        lock (Asked)
        {
            Asked.Add(call);
        }

        return await Twilio(call, cancellation);
    }

    /// <summary>Orders a call.</summary>
    public async Task<OrderAnswer> OrderAsync(string body = Order, string? key = null, string? functionKey = HandlerHost.OwnerKey, string type = "application/json", Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/calls") { Content = new StringContent(body, Encoding.UTF8, type) };
        if (functionKey is not null)
        {
            request.Headers.Add("x-functions-key", functionKey);
        }

        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        change?.Invoke(request);
        using var response = await Host.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new OrderAnswer((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, response.Headers.Location?.OriginalString, response.Headers.RetryAfter?.Delta, text);
    }

    /// <summary>Twilio asks at the answer address of the newest call.</summary>
    public Task<XElement> AnsweredAsync(params (string Name, string? Value)[] changes) => Host.AskAsync(Call.AnswerUrl.PathAndQuery, [.. Fields, .. changes]);

    /// <summary>Twilio tells a status at the status address of the newest call.</summary>
    public async Task StatusAsync(string status, int number, params (string Name, string? Value)[] changes)
    {
        using var response = await Host.PostAsync(Call.StatusUrl.PathAndQuery, HandlerHost.Fields([.. Fields, ("CallStatus", status), ("SequenceNumber", $"{number}"), .. changes]));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private static (string Name, string? Value)[] Fields => [("Direction", "outbound-api"), ("From", From), ("To", To)];
}

/// <summary>An answer to an order.</summary>
internal sealed record OrderAnswer(int Status, string? Type, string? Location, TimeSpan? RetryAfter, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string CallSid => Json.GetProperty("callSid").GetString()!;

    public string RequestId => Json.GetProperty("requestId").GetString()!;

    public string Detail => Json.GetProperty("detail").GetString()!;

    /// <summary>Asserts that it is problem details of that status which tell nothing they should not.</summary>
    public OrderAnswer IsProblem(int status)
    {
        Assert.Equal((status, "application/problem+json"), (Status, Type));
        Assert.Equal(status, Json.GetProperty("status").GetInt32());
        Assert.DoesNotContain("seeded", Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Text, StringComparison.Ordinal);
        return this;
    }
}
