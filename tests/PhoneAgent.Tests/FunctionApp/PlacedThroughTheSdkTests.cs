using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Functions;
using PhoneAgent.Tests.Handlers;

namespace PhoneAgent.Tests.FunctionApp;

/// <summary>An order from the owner's API through the function app's services to Twilio's REST API, whose answers are scripted.</summary>
public sealed class PlacedThroughTheSdkTests
{
    private const string Order = """{"to":"+14155550142","voicemail":"hangup"}""";

    private readonly List<string> _forms = [];
    private Func<HttpResponseMessage> _twilio = static () => new(HttpStatusCode.Created) { Content = new StringContent("""{"sid":"CA0123456789abcdef0123456789abcdef","status":"queued"}""") };

    [Fact]
    public async Task An_order_becomes_a_call_and_asking_again_does_not_dial_again()
    {
        await using var host = await StartAsync();
        var (status, body) = await OrderAsync(host);
        Assert.Equal((HttpStatusCode.Accepted, "CA0123456789abcdef0123456789abcdef"), (status, (string?)body["callSid"]));
        Assert.Contains("MachineDetection=Enable", _forms.Single(), StringComparison.Ordinal);
        Assert.Contains(Uri.EscapeDataString("/api/voice/incoming?request="), _forms[0], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Accepted, (await OrderAsync(host)).Status);
        Assert.Single(_forms);
    }

    [Fact]
    public async Task When_twilio_cannot_be_reached_the_same_order_may_be_sent_again()
    {
        await using var host = await StartAsync();
        var good = _twilio;
        _twilio = static () => throw new HttpRequestException(HttpRequestError.ConnectionError, "seeded");
        var (status, body) = await OrderAsync(host);
        Assert.Equal((HttpStatusCode.BadGateway, true), (status, (bool?)body["retryHelps"]));
        _twilio = good;
        Assert.Equal(HttpStatusCode.Accepted, (await OrderAsync(host)).Status);
    }

    [Fact]
    public async Task When_twilio_may_have_dialled_it_is_not_asked_again()
    {
        await using var host = await StartAsync();
        _twilio = static () => new(HttpStatusCode.BadGateway) { Content = new StringContent("<html>") };
        Assert.Equal(HttpStatusCode.BadGateway, (await OrderAsync(host)).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await OrderAsync(host)).Status);
        Assert.Single(_forms);
    }

    private static async Task<(HttpStatusCode Status, JsonNode Body)> OrderAsync(HandlerHost host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/calls") { Content = new StringContent(Order, Encoding.UTF8, "application/json") };
        request.Headers.Add("x-functions-key", HandlerHost.OwnerKey);
        request.Headers.Add("Idempotency-Key", "order-1");
        using var answer = await host.Http.SendAsync(request);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    private Task<HandlerHost> StartAsync() => HandlerHost.StartAsync(
        new() { ["Outbound:Enabled"] = "true", ["Outbound:AllowedPrefixes:0"] = "+1415", ["Twilio:PhoneNumber"] = "+14155550199" },
        services =>
        {
            services.AddVendorServices();
            services.AddSingleton(provider => ActivatorUtilities.CreateInstance<TwilioClients>(provider, new HttpClient(new Wire(this))));
        });

    private sealed class Wire(PlacedThroughTheSdkTests test) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            test._forms.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
            return test._twilio();
        }
    }
}
