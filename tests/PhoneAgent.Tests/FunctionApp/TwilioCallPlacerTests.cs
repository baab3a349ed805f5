using System.Net;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Functions;
using PhoneAgent.Handlers.Outbound;
using PhoneAgent.Tests.Handlers;

namespace PhoneAgent.Tests.FunctionApp;

/// <summary>The function app's way to Twilio, compiled against stand-ins of the SDK, with Twilio's answers scripted over HTTP.</summary>
public sealed class TwilioCallPlacerTests : IDisposable
{
    private const string Created = """{"sid":"CA0123456789abcdef0123456789abcdef","status":"queued"}""";

    private static readonly CallToPlace Call = new(
        "+14155550142",
        "+14155550199",
        new Uri("https://functions.example.net/api/voice/incoming?request=0a%2Fb"),
        new Uri("https://functions.example.net/api/voice/status?request=0a%2Fb"),
        3600,
        MachineDetection.None);

    private readonly List<(string Url, string? Authorization, string Form)> _sent = [];
    private readonly ChangingConfiguration _configuration = new(new()
    {
        ["Twilio:AccountSid"] = HandlerHost.AccountSid,
        ["Twilio:AuthToken"] = "token-1",
    });

    private readonly ServiceProvider _services;
    private Func<int, Task<HttpResponseMessage>> _twilio = static _ => Task.FromResult(Answer(HttpStatusCode.Created, Created));

    public TwilioCallPlacerTests()
    {
        var configuration = new ConfigurationBuilder().Add(_configuration).Build();
        _services = new ServiceCollection()
            .AddFunctionsConfiguration(configuration)
            .AddSingleton<TimeProvider>(new Hurry())
            .AddVendorServices()
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<TwilioClients>(provider, new HttpClient(new Wire(this))))
            .BuildServiceProvider();
    }

    private ICallPlacer Placer => _services.GetRequiredService<ICallPlacer>();

    [Fact]
    public async Task A_call_is_ordered_with_all_its_options_and_its_addresses_as_they_are()
    {
        var placed = Assert.IsType<PlaceResult.Placed>(await Placer.PlaceAsync(Call, default));
        Assert.Equal(("CA0123456789abcdef0123456789abcdef", "queued"), (placed.CallSid.Value, placed.Status));
        var sent = Assert.Single(_sent);
        Assert.Equal($"https://api.twilio.com/2010-04-01/Accounts/{HandlerHost.AccountSid}/Calls.json", sent.Url);
        Assert.Equal(Basic(HandlerHost.AccountSid, "token-1"), sent.Authorization);
        Assert.Equal(
            [
                "From=+14155550199", "Method=POST",
                "StatusCallback=https://functions.example.net/api/voice/status?request=0a%2Fb",
                "StatusCallbackEvent=answered", "StatusCallbackEvent=completed", "StatusCallbackEvent=initiated", "StatusCallbackEvent=ringing",
                "StatusCallbackMethod=POST", "TimeLimit=3600", "Timeout=60", "To=+14155550142",
                "Url=https://functions.example.net/api/voice/incoming?request=0a%2Fb",
            ],
            Fields(sent.Form));
    }

    [Theory]
    [InlineData(MachineDetection.Enable, "MachineDetection=Enable")]
    [InlineData(MachineDetection.DetectMessageEnd, "MachineDetection=DetectMessageEnd")]
    public async Task Machines_are_looked_for_when_asked(MachineDetection detection, string field)
    {
        await Placer.PlaceAsync(Call with { Detection = detection }, default);
        Assert.Contains(field, Fields(_sent[0].Form));
        Assert.DoesNotContain(Fields(_sent[0].Form), one => one.StartsWith("Async", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_api_key_goes_before_the_token_and_rotated_credentials_count_at_once()
    {
        await Placer.PlaceAsync(Call, default);
        _configuration["Twilio:AuthToken"] = "token-2";
        await Placer.PlaceAsync(Call, default);
        _configuration["Twilio:ApiKeySecret"] = "secret";
        _configuration["Twilio:ApiKeySid"] = "SK0123456789abcdef0123456789abcdef";
        await Placer.PlaceAsync(Call, default);
        Assert.Equal(
            [Basic(HandlerHost.AccountSid, "token-1"), Basic(HandlerHost.AccountSid, "token-2"), Basic("SK0123456789abcdef0123456789abcdef", "secret")],
            _sent.Select(one => one.Authorization));
        Assert.All(_sent, one => Assert.Contains(HandlerHost.AccountSid, one.Url, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(400, 21211)]
    [InlineData(400, 21219)]
    [InlineData(401, 20003)]
    [InlineData(403, 21215)]
    [InlineData(404, 20404)]
    public async Task A_refusal_carries_twilios_number_and_is_not_tried_again(int status, int code)
    {
        _twilio = _ => Task.FromResult(Answer((HttpStatusCode)status, $$"""{"code":{{code}},"message":"m","status":{{status}}}"""));
        Assert.Equal(new PlaceResult.Refused(new TwilioRefusal(code, status)), await Placer.PlaceAsync(Call, default));
        Assert.Single(_sent);
    }

    [Theory]
    [InlineData(429, """{"code":20429,"message":"m","status":429}""")]
    [InlineData(429, """{"message":"m"}""")]
    public async Task Too_many_requests_are_tried_again_twice_because_nobody_was_called(int status, string body)
    {
        _twilio = _ => Task.FromResult(Answer((HttpStatusCode)status, body));
        var refused = Assert.IsType<PlaceResult.Refused>(await Placer.PlaceAsync(Call, default));
        Assert.True(refused.Refusal.Explain().RetryHelps);
        Assert.Equal(3, _sent.Count);

        _twilio = tries => Task.FromResult(tries < 6 ? Answer((HttpStatusCode)status, body) : Answer(HttpStatusCode.Created, Created));
        Assert.IsType<PlaceResult.Placed>(await Placer.PlaceAsync(Call, default));
        Assert.Equal(6, _sent.Count);
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, 3)]
    [InlineData(HttpRequestError.ConnectionError, 3)]
    [InlineData(HttpRequestError.SecureConnectionError, 3)]
    [InlineData(HttpRequestError.ResponseEnded, 1)]
    [InlineData(HttpRequestError.Unknown, 1)]
    [InlineData(HttpRequestError.InvalidResponse, 1)]
    public async Task A_broken_connection_is_tried_again_only_when_none_came_about(HttpRequestError error, int tries)
    {
        _twilio = _ => throw new HttpRequestException(error, "seeded");
        PlaceResult nobody = new PlaceResult.Refused(TwilioRefusal.Unreachable);
        Assert.Equal(tries > 1 ? nobody : new PlaceResult.NoAnswer(), await Placer.PlaceAsync(Call, default));
        Assert.Equal(tries, _sent.Count);
        Assert.True(TwilioRefusal.Unreachable.Explain().RetryHelps);
    }

    [Fact]
    public async Task Who_is_called_off_between_two_tries_knows_that_nobody_was_called()
    {
        using var off = new CancellationTokenSource();
        _twilio = _ =>
        {
            off.Cancel();
            throw new HttpRequestException(HttpRequestError.ConnectionError, "seeded");
        };
        var result = await Placer.PlaceAsync(Call, off.Token);
        Assert.True(result is PlaceResult.NoAnswer or PlaceResult.Refused { Refusal.HttpStatus: 0 }, $"{result}");
        Assert.Single(_sent);
    }

    [Theory]
    [InlineData(500, """{"code":20500,"message":"m","status":500}""")]
    [InlineData(503, """{"code":20503,"message":"m","status":503}""")]
    [InlineData(502, "<html>bad gateway</html>")]
    [InlineData(201, "<html>cut sho")]
    [InlineData(201, """{"sid":"nonsense"}""")]
    [InlineData(201, "{}")]
    public async Task An_answer_that_leaves_open_whether_somebody_is_called_is_no_answer_and_never_repeated(int status, string body)
    {
        _twilio = _ => Task.FromResult(Answer((HttpStatusCode)status, body));
        Assert.IsType<PlaceResult.NoAnswer>(await Placer.PlaceAsync(Call, default));
        Assert.Single(_sent);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_no_answer()
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        _twilio = async _ =>
        {
            await Task.Delay(Timeout.Infinite, late.Token);
            return Answer(HttpStatusCode.Created, Created);
        };
        Assert.IsType<PlaceResult.NoAnswer>(await Placer.PlaceAsync(Call, late.Token));
        _twilio = _ => throw new TaskCanceledException("timeout", new TimeoutException());
        Assert.IsType<PlaceResult.NoAnswer>(await Placer.PlaceAsync(Call, default));
        Assert.Equal(2, _sent.Count);
    }

    [Fact]
    public async Task The_http_client_gives_up_before_the_order_does_and_follows_no_redirect()
    {
        using var http = TwilioClients.CreateHttp();
        Assert.InRange(http.Timeout, TimeSpan.FromSeconds(5), CreateCall.PlaceTimeout - TimeSpan.FromSeconds(1));
        using var server = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var redirect = Task.Run(async () =>
        {
            using var peer = await server.AcceptTcpClientAsync();
            await peer.GetStream().ReadAtLeastAsync(new byte[4096], 1);
            await peer.GetStream().WriteAsync("HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
        });
        using var answer = await http.GetAsync(new Uri($"http://{server.LocalEndpoint}/"));
        Assert.Equal(HttpStatusCode.TemporaryRedirect, answer.StatusCode);
        await redirect;
    }

    public void Dispose() => _services.Dispose();

    private static string Basic(string user, string secret) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{secret}"));

    private static IEnumerable<string> Fields(string form) => form.Split('&').Select(WebUtility.UrlDecode).OfType<string>().Order(StringComparer.Ordinal);

    private static HttpResponseMessage Answer(HttpStatusCode status, string body) => new(status) { Content = new StringContent(body) };

    private sealed class Wire(TwilioCallPlacerTests test) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            test._sent.Add((request.RequestUri!.AbsoluteUri, request.Headers.Authorization?.ToString(), await request.Content!.ReadAsStringAsync(cancellationToken)));
            return await test._twilio(test._sent.Count);
        }
    }

    /// <summary>A clock whose timers are due at once.</summary>
    private sealed class Hurry : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
