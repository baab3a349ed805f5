using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Tests.Handlers;

public sealed class StreamStatusTests
{
    private const string Path = "/api/voice/stream-status";

    [Fact]
    public async Task A_streams_error_is_noted_once()
    {
        await using var host = await HandlerHost.StartAsync();
        foreach (var (happened, sid) in new[] { ("stream-started", "MZ1"), ("stream-error", "MZ1"), ("stream-error", "MZ1"), ("error", "MZ2"), ("stream-stopped", "MZ1") })
        {
            Assert.Equal(HttpStatusCode.NoContent, await TellAsync(host, ("StreamEvent", happened), ("StreamSid", sid), ("StreamError", "31921 closed")));
        }

        Assert.Equal([("MZ1", "31921 closed"), ("MZ2", "31921 closed")], (await host.RecordAsync()).StreamErrors.Select(one => (one.StreamSid, one.Error)));
        Assert.Equal(2, (await host.CallLog.ReadAsync(CallStory.Call, default)).Count);
    }

    [Fact]
    public async Task An_error_is_shortened_and_one_without_words_is_noted_too()
    {
        await using var host = await HandlerHost.StartAsync();
        await TellAsync(host, ("StreamEvent", "stream-error"), ("StreamError", new string('x', 10_000)));
        await TellAsync(host, ("StreamEvent", "stream-error"));
        Assert.Equal([500, 0], (await host.RecordAsync()).StreamErrors.Select(one => one.Error.Length));
    }

    [Fact]
    public async Task Without_an_event_it_is_400_and_without_a_log_503()
    {
        await using var host = await HandlerHost.StartAsync(services: services => services.AddSingleton<ICallLog>(new BrokenCallLog()));
        Assert.Equal(HttpStatusCode.BadRequest, await TellAsync(host));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await TellAsync(host, ("StreamEvent", "stream-error")));
    }

    private static async Task<HttpStatusCode> TellAsync(HandlerHost host, params (string, string?)[] fields)
    {
        using var response = await host.PostAsync(Path, HandlerHost.Fields(fields));
        return response.StatusCode;
    }
}
