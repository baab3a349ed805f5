using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Recordings;

namespace PhoneAgent.Tests.Handlers;

/// <summary>The owner lists calls and has them removed.</summary>
public sealed class OwnerListTests
{
    private static readonly DateTimeOffset At = CallStory.T0;

    [Fact]
    public async Task The_calls_of_a_day_come_page_by_page_each_once()
    {
        await using var host = await HandlerHost.StartAsync();
        var calls = Enumerable.Range(0, 120).Select(Call).ToList();
        await Parallel.ForEachAsync(calls, async (call, cancellation) => await host.CallLog.AppendAsync(call, [Received()], cancellation));
        await host.CallLog.AppendAsync(Call(500), [Received() with { At = At.AddDays(-1) }], default);

        var seen = new List<string>();
        var sizes = new List<int>();
        for (string? path = "/api/calls?day=2026-11-20"; path is not null;)
        {
            using var page = await GetAsync(host, path);
            Assert.Equal("2026-11-20", page.RootElement.GetProperty("day").GetString());
            var listed = page.RootElement.GetProperty("calls").EnumerateArray().Select(call => call.GetProperty("callSid").GetString()!).ToList();
            seen.AddRange(listed);
            sizes.Add(listed.Count);
            path = page.RootElement.GetProperty("next").GetString() is { } next ? "/api/calls?day=2026-11-20&after=" + next : null;
        }

        Assert.Equal([50, 50, 20], sizes);
        Assert.Equal(calls.Select(call => call.Value).Order(StringComparer.Ordinal), seen);
    }

    [Fact]
    public async Task A_call_in_the_list_says_who_when_and_how_it_ended_and_no_secret()
    {
        await using var host = await HandlerHost.StartAsync();
        var nonce = new string('a', 32);
        await host.CallLog.AppendAsync(CallStory.Call,
        [
            Received(), new StreamOffered(1, nonce, At, "default") { At = At }, new StreamStarted(1, "MZ1", "gemini-3.8-live") { At = At, Relay = new(nonce, 1) },
            new CallerSaid("Hello") { At = At, Relay = new(nonce, 2) },
            new StreamEnded(EndReason.AgentHungUp, null, new StreamFigures { TotalTokens = 10, Tokens = new(1_000, 0, 0, 0) }) { At = At.AddSeconds(9), Relay = new(nonce, 3) },
            new StatusChanged("completed", 3, 9) { At = At.AddSeconds(10) },
        ], default);

        using var page = await GetAsync(host, "/api/calls"); // today's
        var call = Assert.Single(page.RootElement.GetProperty("calls").EnumerateArray());
        Assert.Equal(("inbound", "+14155550100", "+14155550199", "default"), (Text(call, "direction"), Text(call, "from"), Text(call, "to"), Text(call, "agent")));
        Assert.Equal(("completed", "AgentHungUp", 9), (Text(call, "status"), Text(call, "endReason"), call.GetProperty("durationSeconds").GetInt32()));
        Assert.Equal((At, At.AddSeconds(10)), (call.GetProperty("beganAt").GetDateTimeOffset(), call.GetProperty("endedAt").GetDateTimeOffset()));
        Assert.Equal((1, 1, 0.003m), (call.GetProperty("attempts").GetInt32(), call.GetProperty("turns").GetInt32(), call.GetProperty("estimatedCostUsd").GetDecimal()));
        Assert.DoesNotContain(nonce, page.RootElement.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?day=yesterday")]
    [InlineData("?day=2026-11-31")]
    [InlineData("?day=2026-11-20T00:00")]
    [InlineData("?day=")]
    [InlineData("?day=2026-11-20&day=2026-11-21")]
    [InlineData("?after=")]
    [InlineData("?after=../calls")]
    public async Task What_is_no_page_gets_400(string query)
    {
        await using var host = await HandlerHost.StartAsync();
        using var response = await SendAsync(host, HttpMethod.Get, "/api/calls" + query);
        await AssertProblemAsync(response, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_removed_call_is_nowhere_any_more_and_stays_away()
    {
        await using var host = await HandlerHost.StartAsync();
        await host.AskAsync("/api/voice/incoming");
        await host.CallLog.AppendAsync(Call(7), [Received()], default);
        var path = "/api/calls/" + CallStory.Call;

        using (var removed = await SendAsync(host, HttpMethod.Delete, path))
        {
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        }

        using (var again = await SendAsync(host, HttpMethod.Delete, path))
        {
            await AssertProblemAsync(again, HttpStatusCode.NotFound);
        }

        using (var gone = await SendAsync(host, HttpMethod.Get, path))
        {
            await AssertProblemAsync(gone, HttpStatusCode.NotFound);
        }

        await host.CallLog.AppendAsync(CallStory.Call, [new CallerSaid("late") { At = At }], default);
        using var page = await GetAsync(host, "/api/calls");
        Assert.Equal(Call(7).Value, Text(Assert.Single(page.RootElement.GetProperty("calls").EnumerateArray()), "callSid"));
        Assert.Equal("<Response><Hangup /></Response>", (await host.AskAsync("/api/voice/stream-ended")).ToString(System.Xml.Linq.SaveOptions.DisableFormatting));
    }

    [Fact]
    public async Task A_recording_is_one_wav_of_all_streams_and_gone_with_the_call()
    {
        await using var host = await HandlerHost.StartAsync();
        await host.AskAsync("/api/voice/incoming");
        var path = $"/api/calls/{CallStory.Call}/recording";
        using (var none = await SendAsync(host, HttpMethod.Get, path))
        {
            await AssertProblemAsync(none, HttpStatusCode.NotFound);
        }

        var recordings = host.Recordings;
        byte[] first = [.. Enumerable.Repeat((byte)0x11, 320)], second = [.. Enumerable.Repeat((byte)0x22, 160)];
        Assert.True(await recordings.AppendAsync(CallStory.Call, 2, 0, second, default));
        Assert.True(await recordings.AppendAsync(CallStory.Call, 1, 0, first, default));
        using (var response = await SendAsync(host, HttpMethod.Get, path))
        {
            Assert.Equal((HttpStatusCode.OK, "audio/wav"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
            var wav = await response.Content.ReadAsByteArrayAsync();
            Assert.Equal((byte[])[.. StereoWav.Header(480), .. first, .. second], wav);
        }

        using (var removed = await SendAsync(host, HttpMethod.Delete, "/api/calls/" + CallStory.Call))
        {
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        }

        using var gone = await SendAsync(host, HttpMethod.Get, path);
        await AssertProblemAsync(gone, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("GET", "/api/calls")]
    [InlineData("GET", "/api/calls/CA0123456789abcdef0123456789abcdef/recording")]
    [InlineData("DELETE", "/api/calls/CA0123456789abcdef0123456789abcdef")]
    public async Task Without_a_key_nothing_is_listed_or_removed(string method, string path)
    {
        await using var host = await HandlerHost.StartAsync();
        await host.AskAsync("/api/voice/incoming");
        using var response = await host.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        await AssertProblemAsync(response, HttpStatusCode.Unauthorized);
        Assert.NotEmpty(await host.CallLog.ReadAsync(CallStory.Call, default));
    }

    [Theory]
    [InlineData("GET", "/api/calls", 503)]
    [InlineData("DELETE", "/api/calls/CA0123456789abcdef0123456789abcdef", 503)]
    [InlineData("DELETE", "/api/calls/CA012", 400)]
    public async Task What_cannot_be_done_is_a_problem(string method, string path, int status)
    {
        await using var host = await HandlerHost.StartAsync(services: services => services.AddSingleton<ICallLog>(new BrokenCallLog()));
        using var response = await SendAsync(host, new HttpMethod(method), path);
        await AssertProblemAsync(response, (HttpStatusCode)status);
    }

    private static CallSid Call(int number) => CallSid.Parse("CA" + number.ToString("x32", CultureInfo.InvariantCulture));

    private static CallReceived Received() => new("inbound", "+14155550100", "+14155550199", "default") { At = At };

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static async Task<JsonDocument> GetAsync(HandlerHost host, string path)
    {
        using var response = await SendAsync(host, HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync());
    }

    private static Task<HttpResponseMessage> SendAsync(HandlerHost host, HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("x-functions-key", HandlerHost.OwnerKey);
        return host.Http.SendAsync(request);
    }

    private static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("seeded", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
