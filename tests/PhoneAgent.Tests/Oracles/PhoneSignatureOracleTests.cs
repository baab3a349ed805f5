using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Tests.Phone;

namespace PhoneAgent.Tests.Oracles;

/// <summary>Twilio's package checks what the simulated phone signs, read off real HTTP requests.</summary>
[SideBySide(1)]
public sealed class PhoneSignatureOracleTests : IAsyncLifetime
{
    private static readonly KeyValuePair<string, string>[] Awkward =
    [
        new("CallSid", "CA00000000000000000000000000000001"),
        new("Empty", ""),
        new("CallerName", " Zoë & Søn + 50 % = ☎ 你好 \U0001F600 "),
        new("Digits", "1"),
        new("digits", "2"),
        new("Digits", "10"),
        new("Digits", "1"),
        new("DigitsX", "line\nbreak\ttab"),
        new("SpeechResult", "it's \"quoted\"; a=b&c=d"),
        new("übung", "ключ"),
    ];

    private readonly ConcurrentQueue<SignedRequest> _requests = new();
    private ScriptedApplication _application = null!;

    public async Task InitializeAsync()
    {
        _application = await ScriptedApplication.StartAsync();
        _application.RawAnswer = AnswerAsync;
        _application.Stream = static stream => stream.CloseAsync();
    }

    public async Task DisposeAsync() => await _application.DisposeAsync();

    [NeedsNodeFact]
    public async Task The_webhooks_and_the_handshake_of_an_inbound_call_are_signed_as_twilio_checks_them()
    {
        var result = await CallAsync(_application.Settings with { From = "sip:Zoë+Søn@example.com", To = "" });
        Assert.Equal(CallEnding.HungUpByTwiml, result.Ending);
        Assert.Equal(
            ["/ended", "/incoming", "/menu", "/status", "/stream-status", "/stream-status"],
            _requests.Select(request => request.Target.Split('?')[0]).Order(StringComparer.Ordinal)); // callbacks come beside the call
        await TwilioAcceptsAsync(_application.Origin.GetLeftPart(UriPartial.Authority), _application.StreamUrl);
    }

    [NeedsNodeFact]
    public async Task Requests_to_public_addresses_are_signed_as_twilio_checks_them()
    {
        var result = await CallAsync(_application.Settings with
        {
            Direction = CallDirection.OutboundApi,
            AnsweredBy = "human",
            IncomingUrl = new Uri(_application.Origin, "/incoming?request=a%2Fb%20c"),
            PublicBaseUrl = new Uri("https://phone.example"),
            StatusCallbackUrl = new Uri("https://phone.example/status?request=a%2Fb%20c"),
            PublicStreamUrl = new Uri("wss://relay.example/stream"),
            LocalStreamUrl = new Uri(_application.StreamUrl),
        });
        Assert.Equal(CallEnding.HungUpByTwiml, result.Ending);
        Assert.Equal(4, _requests.Count(request => request.Target.StartsWith("/status?request=a%2Fb%20c", StringComparison.Ordinal)));
        await TwilioAcceptsAsync("https://phone.example", "wss://relay.example/stream");
    }

    [NeedsNodeFact]
    public async Task Empty_repeated_unicode_and_look_alike_fields_are_signed_as_twilio_checks_them()
    {
        using var webhooks = new TwilioWebhooks(new PublicAddresses(_application.Settings), ScriptedApplication.AuthToken, TimeProvider.System);
        KeyValuePair<string, string>[][] forms = [Awkward, [.. Awkward.Reverse()], Awkward[..1], []];
        foreach (var method in (string[])["POST", "GET"])
        {
            foreach (var form in forms)
            {
                var answer = await webhooks.SendAsync(new WebhookRequest(new Uri(_application.Origin, "/status?leg=%C3%A9"), method, form), default);
                Assert.Equal(200, answer.HttpStatus);
            }
        }

        await TwilioAcceptsAsync(_application.Origin.GetLeftPart(UriPartial.Authority), streamUrl: null);
    }

    private static string Spoiled(string signature) => (signature[0] == 'A' ? 'B' : 'A') + signature[1..];

    private async Task<CallResult> CallAsync(PhoneSettings settings)
    {
        using var phone = new SimulatedPhone(settings);
        return await phone.CallAsync(new SilentCaller(TimeSpan.FromSeconds(30)));
    }

    /// <summary>Twilio's package takes every signature seen, and takes none that was tampered with.</summary>
    private async Task TwilioAcceptsAsync(string origin, string? streamUrl)
    {
        var handshakes = _application.Handshakes.Select(headers => new SignedRequest("", (string?)headers["X-Twilio-Signature"] ?? "", "") { Url = streamUrl });
        List<SignedRequest> genuine = [.. _requests.Select(request => request with { Url = origin + request.Target }), .. handshakes];
        Assert.Equal(streamUrl is null ? 0 : 1, _application.Handshakes.Count);
        List<SignedRequest> forged =
        [
            .. genuine.Select(request => request with { Signature = Spoiled(request.Signature) }),
            .. genuine.Select(request => request with { Url = request.Url + "x" }),
            .. genuine.Select(request => request with { Body = request.Body + "&Added=1" }),
        ];
        var verdicts = await Oracle.Scripts.AskAsync("validate-signatures.mjs", new JsonObject
        {
            ["authToken"] = ScriptedApplication.AuthToken,
            ["requests"] = new JsonArray([.. genuine.Concat(forged).Select(request => new JsonObject
            {
                ["url"] = request.Url,
                ["signature"] = request.Signature,
                ["body"] = request.Body,
            })]),
        });
        Assert.Equal(
            [.. genuine.Select(request => $"accepted {request.Url} {request.Body}"), .. forged.Select(request => $"refused {request.Url} {request.Body}")],
            genuine.Concat(forged).Zip(verdicts.AsArray(), (request, accepted) => $"{((bool)accepted! ? "accepted" : "refused")} {request.Url} {request.Body}"));
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        _requests.Enqueue(new SignedRequest(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, (string?)context.Request.Headers["X-Twilio-Signature"] ?? "", body));
        context.Response.ContentType = "text/xml";
        await context.Response.WriteAsync(context.Request.Path.Value switch
        {
            "/incoming" => """<Response><Redirect method="GET">menu?x=%2F&amp;name=Zo%C3%AB</Redirect></Response>""",
            "/menu" => Connect(context.Request.Query["Direction"] == "outbound-api" ? "wss://relay.example/stream" : _application.StreamUrl),
            "/ended" => "<Response><Hangup/></Response>",
            _ => "<Response/>",
        });
    }

    private static string Connect(string streamUrl) =>
        $"""<Response><Connect action="ended?a=%20"><Stream name="Línea ☎" url="{streamUrl}" statusCallback="stream-status?leg=1"/></Connect></Response>""";

    private sealed record SignedRequest(string Target, string Signature, string Body)
    {
        public string? Url { get; init; }
    }
}
