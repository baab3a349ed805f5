using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using PhoneAgent.Core.Trust;

namespace PhoneAgent.Tests.Handlers;

/// <summary>Only what Twilio signed for our address and our account gets through, and nothing else leaves a trace in the log.</summary>
public sealed class WebhookTrustTests
{
    public static TheoryData<string> Webhooks => ["/api/voice/incoming", "/api/voice/stream-ended", "/api/voice/status", "/api/voice/stream-status"];

    [Theory]
    [MemberData(nameof(Webhooks))]
    public async Task An_unsigned_webhook_gets_403_and_no_body(string path)
    {
        await using var host = await HandlerHost.StartAsync();
        using var response = await host.PostAsync(path, HandlerHost.Fields(), token: null);
        await AssertRefusedAsync(host, response, HttpStatusCode.Forbidden);
    }

    [Theory]
    [MemberData(nameof(Webhooks))]
    public async Task A_webhook_signed_with_another_token_gets_403(string path)
    {
        await using var host = await HandlerHost.StartAsync();
        using var response = await host.PostAsync(path, HandlerHost.Fields(), token: "another");
        await AssertRefusedAsync(host, response, HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_signature_over_another_path_query_or_origin_gets_403()
    {
        await using var host = await HandlerHost.StartAsync();
        foreach (var (path, signedPath, signedBase) in new[]
        {
            ("/api/voice/incoming", "/api/voice/status", HandlerHost.PublicBase),
            ("/api/voice/incoming?request=2", "/api/voice/incoming?request=1", HandlerHost.PublicBase),
            ("/api/voice/incoming?a=%2F", "/api/voice/incoming?a=/", HandlerHost.PublicBase),
            ("/api/voice/incoming", "/api/voice/incoming", "https://evil.example.net"),
            ("/api/voice/incoming", "/api/voice/incoming", "http://agent.example.net"),
            ("/api/voice/incoming", "/api/voice/incoming", host.Http.BaseAddress!.ToString().TrimEnd('/')),
        })
        {
            var signature = TwilioSignature.Compute(HandlerHost.Token, signedBase + signedPath, HandlerHost.Fields().Select(one => new KeyValuePair<string, string?>(one.Key, one.Value)));
            using var response = await host.PostAsync(path, HandlerHost.Fields(), token: null, change: request => request.Headers.Add("X-Twilio-Signature", signature));
            await AssertRefusedAsync(host, response, HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task Host_and_forwarded_headers_change_nothing()
    {
        await using var host = await HandlerHost.StartAsync();
        void Smuggle(HttpRequestMessage request)
        {
            request.Headers.Host = "evil.example.net";
            request.Headers.Add("X-Forwarded-Host", "evil.example.net");
            request.Headers.Add("X-Forwarded-Proto", "http");
            request.Headers.Add("X-Forwarded-Prefix", "/evil");
            request.Headers.Add("X-Original-URL", "/evil");
            request.Headers.Add("X-HTTP-Method-Override", "GET");
        }

        using var forged = await host.PostAsync("/api/voice/incoming", HandlerHost.Fields(), publicBase: "https://evil.example.net", change: Smuggle);
        await AssertRefusedAsync(host, forged, HttpStatusCode.Forbidden);
        using var genuine = await host.PostAsync("/api/voice/incoming", HandlerHost.Fields(), change: Smuggle);
        Assert.Equal(HttpStatusCode.OK, genuine.StatusCode);
        Assert.DoesNotContain("evil", await genuine.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/voice/incoming?request=a%20b%2Bc&x=%C3%A9&x=&=")]
    [InlineData("/api/voice/incoming?")]
    [InlineData("/api/voice/incoming?a=b?c=d//e")]
    [InlineData("/api/voice/incoming?bodySHA256=00")]
    public async Task The_query_is_signed_as_it_came(string path)
    {
        await using var host = await HandlerHost.StartAsync();
        var fields = HandlerHost.Fields();
        var body = await new FormUrlEncodedContent(fields).ReadAsStringAsync();
        var signature = TwilioSignature.Compute(HandlerHost.Token, HandlerHost.PublicBase + path, fields.Select(one => new KeyValuePair<string, string?>(one.Key, one.Value)));
        Assert.StartsWith("HTTP/1.1 200", await SendRawAsync(host, path, signature, body), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await SendRawAsync(host, "http://evil.example.net" + path, signature, body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_kind_of_field_takes_part_in_the_signature()
    {
        await using var host = await HandlerHost.StartAsync();
        List<KeyValuePair<string, string>> fields =
        [
            .. HandlerHost.Fields(), new("callsid", "lower case"), new("Twice", "b"), new("Twice", "a"), new("Twice", "b"), new("Empty", ""),
            new("Spaces", "  a  b "), new("☎", "é&=+%"), new("New field", "of tomorrow"),
        ];
        using var genuine = await host.PostAsync("/api/voice/incoming", fields);
        Assert.Equal(HttpStatusCode.OK, genuine.StatusCode);

        var signature = TwilioSignature.Compute(HandlerHost.Token, HandlerHost.PublicBase + "/api/voice/incoming", fields.Select(one => new KeyValuePair<string, string?>(one.Key, one.Value)));
        foreach (var changed in fields.Select((one, i) => fields.Select((other, j) => i == j ? new KeyValuePair<string, string>(one.Key, one.Value + "x") : other)))
        {
            using var response = await host.PostAsync("/api/voice/incoming", changed, token: null, change: request => request.Headers.Add("X-Twilio-Signature", signature));
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }
    }

    [Fact]
    public async Task The_previous_token_is_accepted_while_it_is_configured()
    {
        await using var host = await HandlerHost.StartAsync(new() { ["Twilio:PreviousAuthToken"] = "old" });
        foreach (var (token, expected) in new[] { ("old", HttpStatusCode.OK), (HandlerHost.Token, HttpStatusCode.OK), ("older", HttpStatusCode.Forbidden) })
        {
            using var response = await host.PostAsync("/api/voice/incoming", HandlerHost.Fields(), token);
            Assert.Equal(expected, response.StatusCode);
        }
    }

    [Fact]
    public async Task Two_signatures_are_none()
    {
        await using var host = await HandlerHost.StartAsync();
        using var response = await host.PostAsync("/api/voice/incoming", HandlerHost.Fields(), change: request => request.Headers.Add("X-Twilio-Signature", "second"));
        await AssertRefusedAsync(host, response, HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("AC0123456789abcdef0123456789abcdee")]
    [InlineData(null)]
    public async Task Another_account_gets_403_although_the_signature_is_right(string? account)
    {
        await using var host = await HandlerHost.StartAsync();
        using var response = await host.PostAsync("/api/voice/incoming", HandlerHost.Fields(("AccountSid", account)));
        await AssertRefusedAsync(host, response, HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("CA123")]
    [InlineData("../../etc/passwd")]
    public async Task A_webhook_that_names_no_call_gets_400(string? callSid)
    {
        await using var host = await HandlerHost.StartAsync();
        using var response = await host.PostAsync("/api/voice/incoming", HandlerHost.Fields(("CallSid", callSid)));
        await AssertRefusedAsync(host, response, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task More_than_64_kB_gets_413_before_the_signature_is_looked_at()
    {
        await using var host = await HandlerHost.StartAsync();
        var fields = HandlerHost.Fields(("Padding", new string('x', 64 * 1024)));
        foreach (var chunked in new[] { false, true })
        {
            using var response = await host.PostAsync("/api/voice/incoming", fields, change: request => request.Headers.TransferEncodingChunked = chunked);
            await AssertRefusedAsync(host, response, HttpStatusCode.RequestEntityTooLarge);
        }
    }

    [Fact]
    public async Task Exactly_64_kB_is_read()
    {
        await using var host = await HandlerHost.StartAsync();
        var rest = await new FormUrlEncodedContent(HandlerHost.Fields(("Padding", "x"))).ReadAsByteArrayAsync();
        var fields = HandlerHost.Fields(("Padding", new string('x', (64 * 1024) - rest.Length + 1)));
        foreach (var chunked in new[] { false, true })
        {
            using var response = await host.PostAsync("/api/voice/incoming", fields, change: request => request.Headers.TransferEncodingChunked = chunked);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/x-www-form-urlencoded-not")]
    [InlineData(null)]
    public async Task What_is_no_form_gets_415(string? type)
    {
        await using var host = await HandlerHost.StartAsync();
        using var response = await host.PostAsync("/api/voice/incoming", HandlerHost.Fields(), change: request =>
            request.Content!.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type));
        await AssertRefusedAsync(host, response, HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task A_form_may_name_its_charset()
    {
        await using var host = await HandlerHost.StartAsync();
        using var response = await host.PostAsync("/api/voice/incoming", HandlerHost.Fields(), change: request =>
            request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse("application/x-www-form-urlencoded; charset=UTF-8"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Webhooks))]
    public async Task Any_other_method_gets_405(string path)
    {
        await using var host = await HandlerHost.StartAsync();
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Put, HttpMethod.Head })
        {
            using var response = await host.Http.SendAsync(new HttpRequestMessage(method, path));
            Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        }
    }

    [Fact]
    public async Task No_secret_number_or_signature_reaches_the_log()
    {
        await using var host = await HandlerHost.StartAsync();
        using var refused = await host.PostAsync("/api/voice/incoming", HandlerHost.Fields(), token: "another");
        var connected = await host.AskAsync("/api/voice/incoming");
        await host.AskAsync("/api/voice/stream-ended");
        using var owner = await host.Http.GetAsync($"/api/calls/{CallStory.Call}?code={HandlerHost.OwnerKey}");
        Assert.Equal(HttpStatusCode.OK, owner.StatusCode);
        var ticket = connected.Element("Connect")!.Element("Stream")!.Attribute("url")!.Value.Split('/')[^1];
        string[] secrets =
        [
            HandlerHost.Token, "14155550100", "14155550199", ticket, ticket.Split('.')[2], ticket.Split('.')[3], Convert.ToBase64String(new byte[32]),
            refused.RequestMessage!.Headers.GetValues("X-Twilio-Signature").Single(),
        ];
        Assert.Contains("…0100", host.Logged, StringComparison.Ordinal);
        Assert.Contains($"[CallSid, {CallStory.Call}]", host.Logged, StringComparison.Ordinal);
        Assert.All([.. secrets, HandlerHost.OwnerKey], secret => Assert.DoesNotContain(secret, host.Logged, StringComparison.Ordinal));
    }

    private static async Task AssertRefusedAsync(HandlerHost host, HttpResponseMessage response, HttpStatusCode expected)
    {
        Assert.Equal(expected, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.Empty((await host.RecordAsync()).Attempts);
        Assert.Empty((await host.RecordAsync()).Statuses);
        Assert.Contains("Webhook refused: ", host.Logged, StringComparison.Ordinal);
    }

    // HttpClient would tidy the target up.
    private static async Task<string> SendRawAsync(HandlerHost host, string target, string signature, string body)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, host.Http.BaseAddress!.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {target} HTTP/1.1\r\nHost: evil.example.net\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\nX-Twilio-Signature: {signature}\r\n\r\n{body}"));
        return await new StreamReader(stream).ReadToEndAsync();
    }
}
