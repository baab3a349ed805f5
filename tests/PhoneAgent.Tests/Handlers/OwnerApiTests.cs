using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers;

namespace PhoneAgent.Tests.Handlers;

public sealed class OwnerApiTests
{
    private static readonly string CallPath = $"/api/calls/{CallStory.Call}";

    [Fact]
    public async Task The_owner_reads_a_calls_record_without_its_nonces()
    {
        await using var host = await HandlerHost.StartAsync();
        await host.AskAsync("/api/voice/incoming");
        using var response = await GetAsync(host, CallPath, HandlerHost.OwnerKey);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var json = await response.Content.ReadAsStringAsync();
        Assert.Contains("\"from\":\"\\u002B14155550100\"", json, StringComparison.Ordinal);
        Assert.DoesNotContain((await host.RecordAsync()).NewestOffered!.Offer!.Nonce, json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_was_removed_is_not_found_and_a_webhook_that_comes_later_ends_it()
    {
        await using var host = await HandlerHost.StartAsync();
        await host.AskAsync("/api/voice/incoming");
        Assert.True(await host.CallLog.RemoveAsync(CallStory.Call, CallStory.T0, default));
        foreach (var webhook in new[] { "/api/voice/incoming", "/api/voice/stream-ended" })
        {
            Assert.Equal("Hangup", Assert.Single((await host.AskAsync(webhook)).Elements()).Name.LocalName);
        }

        using var response = await GetAsync(host, CallPath, HandlerHost.OwnerKey);
        await AssertProblemAsync(response, 404);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", "")]
    [InlineData("seeded-owner-kez", null)]
    [InlineData("seeded-owner-key2", null)]
    [InlineData(null, "SEEDED-OWNER-KEY")]
    public async Task Without_a_right_key_there_is_only_401(string? header, string? query)
    {
        await using var host = await HandlerHost.StartAsync();
        await host.AskAsync("/api/voice/incoming");
        using var response = await GetAsync(host, CallPath + (query is null ? "" : "?code=" + query), header);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        await AssertProblemAsync(response, 401);
    }

    [Fact]
    public async Task The_key_may_stand_in_the_query()
    {
        await using var host = await HandlerHost.StartAsync();
        using var response = await GetAsync(host, $"{CallPath}?code={HandlerHost.OwnerKey}", key: null);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        await AssertProblemAsync(response, 404);
    }

    [Theory]
    [InlineData("CA123")]
    [InlineData("..%2F..%2Fetc%2Fpasswd")]
    [InlineData("ca0123456789abcdef0123456789abcdef")]
    public async Task What_is_no_call_sid_gets_400(string text)
    {
        await using var host = await HandlerHost.StartAsync();
        using var response = await GetAsync(host, "/api/calls/" + text, HandlerHost.OwnerKey);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        await AssertProblemAsync(response, 400);
    }

    [Fact]
    public async Task A_broken_log_is_503_any_other_bug_500_and_neither_tells_why()
    {
        foreach (var (failure, status) in new (Exception, int)[] { (new CallLogUnavailableException("seeded-internal-detail"), 503), (new InvalidOperationException("seeded-internal-detail"), 500) })
        {
            await using var host = await HandlerHost.StartAsync(services: services => services.AddSingleton<ICallLog>(new BrokenCallLog(failure: failure)));
            using var response = await GetAsync(host, CallPath, HandlerHost.OwnerKey);
            Assert.Equal(status, (int)response.StatusCode);
            await AssertProblemAsync(response, status);
            Assert.Contains("seeded-internal-detail", host.Logged, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Anyone_may_ask_for_health_and_version()
    {
        await using var host = await HandlerHost.StartAsync();
        using var health = JsonDocument.Parse(await host.Http.GetStringAsync("/api/health"));
        Assert.Equal("ok", health.RootElement.GetProperty("status").GetString());
        Assert.Matches(@"^\d+\.\d+\.\d+", health.RootElement.GetProperty("version").GetString());
    }

    [Fact]
    public async Task The_owners_api_is_not_mapped_without_a_key()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        Assert.Throws<ArgumentException>(() => app.MapOwnerApi([]));
        Assert.Throws<ArgumentException>(() => app.MapOwnerApi(["key", ""]));
    }

    [Fact]
    public async Task What_is_mapped_is_what_the_route_table_says()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        app.MapPhoneWebhooks();
        app.MapOwnerApi(["key"]);
        var mapped = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => $"{endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Single()} {endpoint.RoutePattern.RawText!.TrimStart('/')}");
        Assert.Equal(PhoneRoutes.All.Select(route => $"{route.Verb} api/{route.Template}").Order(), mapped.Order());
        Assert.Equal(PhoneRoutes.All.Count, PhoneRoutes.All.Select(route => route.Name).Distinct().Count());
    }

    [Fact]
    public async Task A_host_with_a_wrong_configuration_does_not_start()
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => HandlerHost.StartAsync(new() { ["PhoneAgent:TicketKey"] = "short", ["Twilio:AuthToken"] = "" }));
        Assert.Equal(2, refused.Failures.Count());
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

    private static async Task AssertProblemAsync(HttpResponseMessage response, int status)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var json = await response.Content.ReadAsStringAsync();
        using var problem = JsonDocument.Parse(json);
        Assert.Equal(status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.DoesNotContain("seeded", json, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", json, StringComparison.Ordinal);
    }
}
