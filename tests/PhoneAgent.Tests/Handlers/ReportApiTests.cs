using System.Net;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Tests.Handlers;

public sealed class ReportApiTests
{
    private static readonly string Path = $"/api/calls/{CallStory.Call}/report";

    [Fact]
    public async Task The_owner_gets_a_page_that_lets_nothing_in()
    {
        await using var host = await HandlerHost.StartAsync();
        await host.AskAsync("/api/voice/incoming");
        using var response = await GetAsync(host, Path, HandlerHost.OwnerKey);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Matches("^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$", policy);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.True(response.Headers.CacheControl!.NoStore);

        var html = await response.Content.ReadAsStringAsync();
        Assert.Contains(CallStory.Call.Value, html, StringComparison.Ordinal);
        Assert.DoesNotContain((await host.RecordAsync()).NewestOffered!.Offer!.Nonce, html, StringComparison.Ordinal);
        Assert.DoesNotContain(HandlerHost.OwnerKey, html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/calls/CA0/report", true, HttpStatusCode.BadRequest)]
    [InlineData("/api/calls/CAffffffffffffffffffffffffffffffff/report", true, HttpStatusCode.NotFound)]
    [InlineData("/api/calls/CAffffffffffffffffffffffffffffffff/report", false, HttpStatusCode.Unauthorized)]
    public async Task There_is_no_page_of_what_is_no_call_nor_without_a_key(string path, bool withKey, HttpStatusCode status)
    {
        await using var host = await HandlerHost.StartAsync();
        using var response = await GetAsync(host, path, withKey ? HandlerHost.OwnerKey : null);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task The_recording_is_linked_when_there_is_one_and_the_link_has_no_key()
    {
        await using var host = await HandlerHost.StartAsync();
        await host.AskAsync("/api/voice/incoming");
        Assert.DoesNotContain("href", await PageAsync(host), StringComparison.Ordinal);
        Assert.True(await host.Recordings.AppendAsync(CallStory.Call, 1, 0, new byte[320], default));
        Assert.Contains("<a href=\"recording\"", await PageAsync(host), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_models_summary_is_shown_as_text()
    {
        await using var host = await HandlerHost.StartAsync();
        await host.AskAsync("/api/voice/incoming");
        var summary = new CallSummary("A table was asked for. <script>1</script>", ["tables"], [], CallerSentiment.Positive, ["call back <b>"]);
        await host.CallLog.AppendAsync(CallStory.Call, [new CallSummarized(summary) { At = CallStory.T0 }], default);
        var html = await PageAsync(host);
        Assert.Contains("A table was asked for. &lt;script&gt;1&lt;/script&gt;", html, StringComparison.Ordinal);
        Assert.Contains("call back &lt;b&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Promised", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gemini-3.6-flash", "0.003750 US dollars; the telephone is not in it")]
    [InlineData("gemini-of-tomorrow", null)]
    public async Task The_tokens_of_the_notes_of_a_long_call_are_shown_and_their_cost_where_the_price_is_known(string model, string? cost)
    {
        await using var host = await HandlerHost.StartAsync();
        await host.AskAsync("/api/voice/incoming");
        Assert.DoesNotContain("Tokens of the notes", await PageAsync(host), StringComparison.Ordinal);
        var nonce = (await host.RecordAsync()).NewestOffered!.Offer!.Nonce;
        var figures = new StreamFigures { NoteTokens = new(0, 3_000, 0, 400), NoteModel = model };
        await host.CallLog.AppendAsync(CallStory.Call, [new StreamEnded(EndReason.CallerHungUp, null, figures) { At = CallStory.T0, Relay = new(nonce, 1) }], default);

        var html = await PageAsync(host);

        Assert.Contains($"3,000 in, 400 out; noted by {model}", html, StringComparison.Ordinal);
        Assert.Equal(cost is not null, html.Contains("US dollars", StringComparison.Ordinal));
        Assert.Contains(cost ?? "", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gemini-3.6-flash", 3_000, "0.003750 US dollars; the telephone is not in it")]
    [InlineData("gemini-of-tomorrow", 3_000, null)]
    [InlineData(null, 0, "0.000000 US dollars; the telephone and the summary are not in it")]
    public async Task The_tokens_of_the_summary_are_shown_and_their_cost_where_they_and_the_price_are_known(string? model, int textIn, string? cost)
    {
        await using var host = await HandlerHost.StartAsync();
        await host.AskAsync("/api/voice/incoming");
        var summary = new CallSummary("A table was asked for.", [], [], CallerSentiment.Positive, []);
        await host.CallLog.AppendAsync(CallStory.Call, [new CallSummarized(summary, model, textIn == 0 ? default : new(0, textIn, 0, 400)) { At = CallStory.T0 }], default);

        var html = await PageAsync(host);

        Assert.Equal(textIn > 0, html.Contains("Tokens of the summary", StringComparison.Ordinal));
        Assert.Equal(textIn > 0, html.Contains($"3,000 in, 400 out; written by {model}", StringComparison.Ordinal));
        Assert.Equal(cost is not null, html.Contains("US dollars", StringComparison.Ordinal));
        Assert.Contains(cost ?? "", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_removed_call_has_no_page()
    {
        await using var host = await HandlerHost.StartAsync();
        await host.AskAsync("/api/voice/incoming");
        Assert.True(await host.CallLog.RemoveAsync(CallStory.Call, CallStory.T0, default));
        using var response = await GetAsync(host, Path, HandlerHost.OwnerKey);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static async Task<string> PageAsync(HandlerHost host)
    {
        using var response = await GetAsync(host, Path, HandlerHost.OwnerKey);
        return await response.Content.ReadAsStringAsync();
    }

    private static async Task<HttpResponseMessage> GetAsync(HandlerHost host, string path, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("x-functions-key", key);
        }

        return await host.Http.SendAsync(request);
    }
}
