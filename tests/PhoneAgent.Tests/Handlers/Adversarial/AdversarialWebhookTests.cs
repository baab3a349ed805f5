using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Tests.Handlers.Adversarial;

/// <summary>
/// Whoever is not Twilio gets a bare status, one line in the log with the reason, one count under the reason, and neither a
/// ticket nor a trace in the call log: no ticket means that no relay, and so no Gemini, ever hears of it.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class AdversarialWebhookTests
{
    public static TheoryData<string> Attacks => [.. WebhookAttack.All.Keys];

    public static TheoryData<string> PathTricks =>
    [
        "/api/voice/%69ncoming", "/api/voice/./incoming", "/api/voice/x/../incoming", "/api/voice/%2e/incoming", "/api/voice/incoming/",
        "/API/voice/incoming", "/api//voice/incoming", "/api/voice/incoming%00", "/api/voice/incoming?", "/api/voice/incoming#x",
        "/api/voice/incoming;x=1", "/api/voice\\incoming", "/api/voice/incoming%2F..%2Fincoming",
    ];

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task A_webhook_is_turned_away(string attack)
    {
        var (status, reason) = (WebhookAttack.All[attack].Status, WebhookAttack.All[attack].Reason);
        await using var host = await HandlerHost.StartAsync();
        using var meter = new RefusalMeter();
        using var response = await WebhookAttack.All[attack].RunAsync(host);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(["1 webhook." + reason], meter.Counted);
        Assert.Equal(["Warning Webhook refused: " + reason], host.Warnings);
        Assert.Empty(await host.CallLog.ReadAsync(CallStory.Call, default));
        Assert.DoesNotContain("example", host.Logged, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(PathTricks))]
    public async Task A_signature_holds_for_one_spelling_of_the_path(string target)
    {
        await using var host = await HandlerHost.StartAsync();
        var fields = HandlerHost.Fields();
        var signature = WebhookAttack.Sign(HandlerHost.Token, HandlerHost.PublicBase + "/api/voice/incoming", fields);
        var answer = await SendAsync(host, target, signature, await new FormUrlEncodedContent(fields).ReadAsStringAsync());
        Assert.Matches("^HTTP/1.1 40[034]", answer);
        Assert.DoesNotContain("<Response>", answer, StringComparison.Ordinal);
        Assert.Empty(await host.CallLog.ReadAsync(CallStory.Call, default));
    }

    [Theory]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n")]
    [InlineData("Content-Length: -1\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n")]
    [InlineData("Content-Length: 1\r\nTransfer-Encoding: xchunked\r\n")]
    public async Task A_body_of_doubtful_length_is_not_read(string headers)
    {
        await using var host = await HandlerHost.StartAsync();
        Assert.Matches("^HTTP/1.1 (40[03]|501)", await SendAsync(host, "/api/voice/incoming", "AAAA", "", headers));
        Assert.Empty(await host.CallLog.ReadAsync(CallStory.Call, default));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("TRACE")]
    public async Task Another_method_is_turned_away_whatever_an_override_says(string method)
    {
        await using var host = await HandlerHost.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/voice/incoming");
        request.Headers.Add("X-HTTP-Method-Override", "POST");
        using var response = await host.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task Without_any_token_nothing_is_Twilios()
    {
        await using var host = await HandlerHost.StartAsync();
        host.Configuration["Twilio:AuthToken"] = "";
        using var meter = new RefusalMeter();
        using var response = await host.PostAsync("/api/voice/incoming", HandlerHost.Fields());
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(["1 webhook.NotConfigured"], meter.Counted);
    }

    [Fact]
    public async Task A_replayed_incoming_webhook_gives_no_second_ticket()
    {
        await using var host = await HandlerHost.StartAsync();
        var first = await host.AskAsync("/api/voice/incoming");
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(first.ToString(), (await host.AskAsync("/api/voice/incoming")).ToString());
        }

        Assert.Single((await host.CallLog.ReadAsync(CallStory.Call, default)).OfType<StreamOffered>());
    }

    [Fact]
    public async Task A_webhook_replayed_after_the_call_gives_no_ticket_at_all()
    {
        var log = new MemoryCallLog(new CallStory().Received().Offered().Started().Ended(EndReason.AgentHungUp).Events);
        await using var host = await HandlerHost.StartAsync(services: services => services.AddSingleton<ICallLog>(log));
        host.Time.Advance(TimeSpan.FromDays(1));
        foreach (var path in new[] { "/api/voice/incoming", "/api/voice/stream-ended" })
        {
            Assert.Empty((await host.AskAsync(path)).Descendants("Stream"));
        }
    }

    [Fact]
    public async Task Statuses_replayed_out_of_order_change_nothing()
    {
        await using var host = await HandlerHost.StartAsync();
        foreach (var (status, number) in new[] { ("completed", "3"), ("ringing", "1"), ("completed", "3"), ("in-progress", "2"), ("ringing", "1") })
        {
            using var response = await host.PostAsync("/api/voice/status", HandlerHost.Fields(("CallStatus", status), ("SequenceNumber", number)));
        }

        var record = await host.RecordAsync();
        Assert.Equal(("completed", 3), (record.Status, record.Statuses.Count));
    }

    [Fact]
    public async Task Rotating_the_token_while_a_call_runs_loses_no_webhook()
    {
        await using var host = await HandlerHost.StartAsync();
        await host.AskAsync("/api/voice/incoming");

        // Deploy both, promote in the Twilio console, remove the old one: Twilio signs with the promoted one.
        host.Configuration["Twilio:PreviousAuthToken"] = HandlerHost.Token;
        host.Configuration["Twilio:AuthToken"] = "the-new-token";
        Assert.Equal(HttpStatusCode.OK, await TellAsync("/api/voice/stream-ended", HandlerHost.Token));
        Assert.Equal(HttpStatusCode.OK, await TellAsync("/api/voice/stream-ended", "the-new-token"));
        host.Configuration["Twilio:PreviousAuthToken"] = null;
        Assert.Equal(HttpStatusCode.NoContent, await TellAsync("/api/voice/status", "the-new-token"));
        Assert.Equal(HttpStatusCode.Forbidden, await TellAsync("/api/voice/status", HandlerHost.Token));

        async Task<HttpStatusCode> TellAsync(string path, string token)
        {
            using var response = await host.PostAsync(path, HandlerHost.Fields(("SequenceNumber", "1")), token);
            return response.StatusCode;
        }
    }

    private static async Task<string> SendAsync(HandlerHost host, string target, string signature, string body, string? lengths = null)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, host.Http.BaseAddress!.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {target} HTTP/1.1\r\nHost: agent.example.net\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n{lengths ?? $"Content-Length: {body.Length}\r\n"}X-Twilio-Signature: {signature}\r\n\r\n{body}"));
        return await new StreamReader(stream).ReadToEndAsync();
    }
}
