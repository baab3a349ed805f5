using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.MediaRelay.Tools;
using PhoneAgent.MediaRelay.Tools.Http;

namespace PhoneAgent.Tests.Relay.Tools;

/// <summary>HTTP tools against a real server on loopback.</summary>
public sealed class HttpToolTests : IAsyncLifetime, IDisposable
{
    private const string Secret = "s3cret-of-the-shop";

    private static readonly PhoneCall Call = new(CallSid.Parse("CA00000000000000000000000000000001"), "default", null, null, false);

    private readonly ToolHttp _http = new();
    private readonly List<string> _requests = [];
    private readonly ServiceProvider _services = new ServiceCollection().AddOptions().Configure<ToolSettings>(tools => tools.Secrets["SHOP"] = Secret).BuildServiceProvider();
    private readonly WebApplication _shop;
    private string _origin = "";

    public HttpToolTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _shop = builder.Build();
        _shop.Run(AnswerAsync);
    }

    public async Task InitializeAsync()
    {
        await _shop.StartAsync();
        _origin = _shop.Urls.Single();
    }

    public async Task DisposeAsync()
    {
        await _shop.DisposeAsync();
        await _services.DisposeAsync();
    }

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Arguments_stand_escaped_in_path_and_query()
    {
        var answer = await AskAsync(new() { Description = "d", Url = _origin + "/orders/{number}?v=1" }, """{"number":"a/b?c=d#e &1","tags":["x y","z"],"page":2,"none":null}""");
        Assert.True(answer.Succeeded);
        Assert.StartsWith("GET /orders/a%2Fb%3Fc%3Dd%23e%20%261?v=1&tags=x%20y&tags=z&page=2", Assert.Single(_requests), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"number":".."}""")]
    [InlineData("""{"number":"a/../../admin"}""")]
    [InlineData("""{"number":"..\\admin"}""")]
    [InlineData("""{"number":" "}""")]
    [InlineData("""{"number":null}""")]
    [InlineData("""{}""")]
    public async Task An_argument_cannot_lead_to_another_path(string arguments)
    {
        Assert.False((await AskAsync(new() { Description = "d", Url = _origin + "/orders/{number}/items" }, arguments)).Succeeded);
        Assert.Empty(_requests);
    }

    [Fact]
    public async Task Two_arguments_together_cannot_either()
    {
        Assert.False((await AskAsync(new() { Description = "d", Url = _origin + "/orders/{a}{b}" }, """{"a":".","b":"."}""")).Succeeded);
        Assert.False((await AskAsync(new() { Description = "d", Url = _origin + "/orders/{a}." }, """{"a":"."}""")).Succeeded);
        Assert.Empty(_requests);
    }

    [Fact]
    public async Task A_post_carries_the_rest_as_json_and_headers_carry_secrets()
    {
        var answer = await AskAsync(
            new() { Description = "d", Method = "POST", Url = _origin + "/messages/{name}", Headers = new Dictionary<string, string> { ["X-Key"] = "Bearer {secret:SHOP}" } },
            """{"name":"Ada","text":"Call \"back\".","urgent":true}""");
        Assert.True(answer.Succeeded);
        Assert.Equal($$"""POST /messages/Ada Bearer {{Secret}} application/json; charset=utf-8 {"text":"Call \u0022back\u0022.","urgent":true}""", Assert.Single(_requests));
    }

    [Theory]
    [InlineData("/json", true, """{"status":"shipped"}""")]
    [InlineData("/text", true, "\"It is on its way.\"")]
    [InlineData("/broken", true, "\"{ \\u0022status\\u0022: \"")]
    [InlineData("/empty", true, """{"ok":true}""")]
    [InlineData("/missing", false, """{"status":404,"answer":{"error":"no such order"}}""")]
    [InlineData("/failing", false, """{"status":500,"answer":"Oops"}""")]
    [InlineData("/binary", false, "\"The service answered with something that is no text.\"")]
    [InlineData("/hop", true, """{"status":"shipped"}""")]
    [InlineData("/away", false, "\"The service answered with a redirect to somewhere else.\"")]
    [InlineData("/inside", false, "\"The service answered with a redirect to somewhere else.\"")]
    [InlineData("/round", false, "\"The service answered with too many redirects.\"")]
    public async Task Every_answer_of_a_service_is_one_for_the_model(string path, bool succeeded, string json) =>
        Assert.Equal(new FunctionAnswer(succeeded, json), await AskAsync(new() { Description = "d", Url = _origin + path }, "{}"));

    [Fact]
    public async Task Of_a_long_answer_no_more_is_read_than_is_used()
    {
        var answer = await AskAsync(new() { Description = "d", Url = _origin + "/endless", MaxResultBytes = 4_096 }, "{}");
        Assert.True(answer.Succeeded);
        Assert.InRange(ToolAnswers.Bounded(answer, 4_096).Json.Length, 1_000, 4_096);
    }

    [Fact]
    public async Task A_service_that_is_away_is_told_in_words() =>
        Assert.Equal(ToolAnswers.Error("The service could not be reached."), await AskAsync(new() { Description = "d", Url = "http://127.0.0.1:1/x" }, "{}"));

    [Fact]
    public async Task A_service_that_hangs_is_cancelled()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AskAsync(new() { Description = "d", Url = _origin + "/hanging" }, "{}", soon.Token));
    }

    [Theory]
    [InlineData("8.8.8.8", true, true)]
    [InlineData("2606:4700::1111", true, true)]
    [InlineData("10.1.2.3", false, true)]
    [InlineData("172.31.0.1", false, true)]
    [InlineData("192.168.1.1", false, true)]
    [InlineData("100.64.0.1", false, true)]
    [InlineData("fd12::1", false, true)]
    [InlineData("::ffff:10.1.2.3", false, true)]
    [InlineData("127.0.0.1", false, false)]
    [InlineData("::1", false, false)]
    [InlineData("::ffff:127.0.0.1", false, false)]
    [InlineData("0.0.0.0", false, false)]
    [InlineData("::", false, false)]
    [InlineData("169.254.169.254", false, false)]
    [InlineData("fe80::1", false, false)]
    [InlineData("168.63.129.16", false, false)]
    [InlineData("224.0.0.1", false, false)]
    [InlineData("255.255.255.255", false, false)]
    [InlineData("64:ff9b::a00:1", false, false)]
    [InlineData("2002:a00:1::", false, false)]
    public void Tools_reach_the_internet_private_networks_when_asked_and_never_the_machine(string address, bool always, bool whenPrivate)
    {
        Assert.Equal(always, PublicAddress.Allows(IPAddress.Parse(address), privateNetwork: false));
        Assert.Equal(whenPrivate, PublicAddress.Allows(IPAddress.Parse(address), privateNetwork: true));
    }

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("10.0.0.1")]
    [InlineData("[::ffff:127.0.0.1]")]
    public async Task A_forbidden_address_is_not_even_connected_to(string host) =>
        Assert.Equal(ToolAnswers.Error("The service could not be reached."), await AskAsync(new() { Description = "d", Url = $"https://{host}/latest/meta-data" }, "{}"));

    private Task<FunctionAnswer> AskAsync(HttpToolRules rules, string arguments, CancellationToken cancellation = default) =>
        new HttpTool(rules, _http, new ToolSecrets(_services.GetRequiredService<IOptionsMonitor<ToolSettings>>())).Named("ask")
            .Run(new ToolCall(JsonDocument.Parse(arguments).RootElement, Call, NullLogger.Instance), cancellation);

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var raw = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        _requests.Add($"{context.Request.Method} {raw} {context.Request.Headers["X-Key"]} {context.Request.ContentType} {await reader.ReadToEndAsync()}".Trim());
        var response = context.Response;
        switch (context.Request.Path.Value)
        {
            case "/text":
                await response.WriteAsync("It is on its way.");
                break;
            case "/broken":
                response.ContentType = "application/json";
                await response.WriteAsync("{ \"status\": ");
                break;
            case "/empty":
                response.StatusCode = 204;
                break;
            case "/missing":
                response.StatusCode = 404;
                await response.WriteAsync("""{"error":"no such order"}""");
                break;
            case "/failing":
                response.StatusCode = 500;
                await response.WriteAsync("Oops");
                break;
            case "/binary":
                await response.Body.WriteAsync(new byte[100]);
                break;
            case "/hop":
                response.Redirect("/json");
                break;
            case "/away":
                response.Redirect("https://elsewhere.example/");
                break;
            case "/inside":
                response.Redirect("http://169.254.169.254/latest/meta-data");
                break;
            case "/round":
                response.Redirect("/round");
                break;
            case "/endless":
                var piece = Encoding.UTF8.GetBytes(new string('x', 65_536));
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await response.Body.WriteAsync(piece, context.RequestAborted);
                }

                break;
            case "/hanging":
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            default:
                await response.WriteAsync("""{"status":"shipped"}""");
                break;
        }
    }
}
