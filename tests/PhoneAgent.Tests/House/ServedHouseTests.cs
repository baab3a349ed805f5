using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using PhoneAgent.Simulator.House;

namespace PhoneAgent.Tests.House;

/// <summary>What <c>serve</c> runs takes an order for a call as the README writes it.</summary>
[Collection(RealTimeCollection.Name)]
public sealed class ServedHouseTests
{
    [Fact]
    public async Task An_order_rings_at_a_simulated_phone_and_the_same_key_never_twice()
    {
        await using var served = await Served.StartAsync();

        using var placed = await served.OrderAsync();
        using var again = await served.OrderAsync();

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (placed.StatusCode, again.StatusCode));
        Assert.Equal(await placed.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        var record = await served.RecordAsync(placed.Headers.Location!, until: one => one["transcript"]!.AsArray().Count > 0);
        Assert.Equal(("outbound-api", "+14155550123"), ((string?)record["direction"], (string?)record["to"]));
        Assert.Single((await served.GetAsync("/api/calls?day=" + ((string)record["beganAt"]!)[..10]))["calls"]!.AsArray());
    }

    [Fact]
    public async Task With_a_real_account_nothing_is_placed_from_here()
    {
        await using var served = await Served.StartAsync(("Twilio:AuthToken", "a-token-of-a-real-account"));

        using var refused = await served.OrderAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
    }

    private sealed class Served(ServedHouse house, string folder, string key) : IAsyncDisposable
    {
        private readonly HttpClient _http = new() { BaseAddress = new Uri(house.App.Urls.Single()), DefaultRequestHeaders = { { "x-functions-key", key } } };

        public static async Task<Served> StartAsync(params (string Key, string Value)[] environment)
        {
            var configuration = HouseConfiguration.FromEnvironment();
            var folder = Directory.CreateTempSubdirectory("served-").FullName;
            foreach (var (key, value) in environment.Concat([("PhoneAgent:CallLog", "file:" + folder), ("Outbound:Enabled", "true"), ("Outbound:AllowedPrefixes:0", "+1415"), ("Relay:DrainSeconds", "1"), ("PhoneAgent:WebhookBaseUrl", "https://functions.phone-agent.test"), ("PhoneAgent:StreamUrl", "wss://relay.phone-agent.test/stream")]))
            {
                configuration[key] = value;
                configuration.Invented.Remove(HouseConfiguration.Variable(key));
            }

            configuration.Default("Twilio:PhoneNumber", "+14155550199");
            return new Served(await ServedHouse.StartAsync(configuration, port: 0, softphone: null, LogLevel.Warning), folder, configuration["PhoneAgent:LocalFunctionKey"]!);
        }

        public Task<HttpResponseMessage> OrderAsync() => _http.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/calls")
        {
            Headers = { { "Idempotency-Key", "order-4711" } },
            Content = JsonContent.Create(JsonNode.Parse("""{ "to": "+14155550123", "agent": "default", "context": { "customer": "Ada" }, "voicemail": "message", "message": "Your book has arrived." }""")),
        });

        public async Task<JsonObject> GetAsync(string path) => (await _http.GetFromJsonAsync<JsonObject>(path))!;

        public async Task<JsonObject> RecordAsync(Uri call, Func<JsonObject, bool> until)
        {
            var began = DateTime.UtcNow;
            while (true)
            {
                var record = await GetAsync(call.IsAbsoluteUri ? call.PathAndQuery : call.OriginalString);
                if (until(record))
                {
                    return record;
                }

                Assert.True(DateTime.UtcNow - began < Patience.Long, record.ToJsonString());
                await Task.Delay(100);
            }
        }

        public async ValueTask DisposeAsync()
        {
            _http.Dispose();
            await house.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
