using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;

namespace PhoneAgent.Tests.Phone;

/// <summary>What becomes of a call whose application, caller or owner fails it.</summary>
[Collection(RealTimeCollection.Name)]
public sealed class FailingCallTests : IAsyncLifetime
{
    private static readonly SilentCaller Patient = new(TimeSpan.FromMinutes(1));

    private ScriptedApplication _application = null!;

    public async Task InitializeAsync() => _application = await ScriptedApplication.StartAsync();

    public async Task DisposeAsync() => await _application.DisposeAsync();

    [Theory]
    [InlineData(404, "text/xml", "<Response/>", 11200)]
    [InlineData(302, "text/xml", "<Response/>", 11200)]
    [InlineData(200, "text/html", "<Response/>", 12300)]
    [InlineData(200, "text/xml", "<Response><Unknown/></Response>", 12200)]
    [InlineData(200, "text/xml", "", 12100)]
    public async Task A_webhook_without_usable_twiml_is_an_application_error(int status, string contentType, string body, int code)
    {
        _application.RawAnswer = context => AnswerAsync(context, status, contentType, body);
        var result = await CallAsync(Patient, _application.Settings with { StatusCallbackUrl = null });
        Assert.Equal(CallEnding.ApplicationError, result.Ending);
        Assert.Equal([code], result.Errors.Select(error => error.Code));
    }

    [Fact]
    public async Task A_body_without_end_is_cut_at_64_kB()
    {
        _application.RawAnswer = async context =>
        {
            context.Response.ContentType = "text/xml";
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(new string(' ', 8192), context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        };
        var result = await CallAsync(Patient, _application.Settings with { StatusCallbackUrl = null });
        Assert.Equal([11750], result.Errors.Select(error => error.Code));
    }

    [Fact]
    public async Task A_connection_that_does_not_come_about_is_tried_once_more()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var connections = 0;
        var accepting = AcceptAndCloseAsync();
        var result = await CallAsync(Patient, _application.Settings with
        {
            IncomingUrl = new Uri($"https://{listener.LocalEndpoint}/incoming"),
            StatusCallbackUrl = null,
        });
        listener.Stop();
        await accepting;
        Assert.Equal(2, connections);
        Assert.Equal([11205], result.Errors.Select(error => error.Code));

        async Task AcceptAndCloseAsync()
        {
            try
            {
                while (true)
                {
                    using var refused = await listener.AcceptTcpClientAsync(); // closed in the middle of the TLS handshake
                    connections++;
                }
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
            {
            }
        }
    }

    [Fact]
    public async Task A_request_that_arrived_is_not_made_again()
    {
        var tokens = new List<string>();
        _application.RawAnswer = context =>
        {
            tokens.Add(context.Request.Headers["I-Twilio-Idempotency-Token"].ToString());
            context.Abort();
            return Task.CompletedTask;
        };
        var result = await CallAsync(Patient, _application.Settings with { StatusCallbackUrl = null });
        Assert.Equal([11205], result.Errors.Select(error => error.Code));
        Assert.Single(tokens);
    }

    [Fact]
    public async Task A_status_callback_that_fails_is_logged_and_does_not_hurt_the_call()
    {
        _application.Twiml["/incoming"] = static _ => "<Response><Hangup/></Response>";
        var result = await CallAsync(Patient, _application.Settings with { StatusCallbackUrl = new Uri(_application.Origin, "/nowhere") });
        Assert.Equal(CallEnding.HungUpByTwiml, result.Ending);
        Assert.Equal([15003], result.Errors.Select(error => error.Code));
    }

    [Fact]
    public async Task A_call_given_up_from_outside_throws_and_leaves_nothing_running()
    {
        using var stop = new CancellationTokenSource();
        _application.Twiml["/incoming"] = _ => _application.ConnectTwiml();
        _application.Stream = async stream =>
        {
            await stream.ReadFramesAsync(2);
            await stop.CancelAsync();
            await stream.ReadToEndAsync();
        };
        using var phone = new SimulatedPhone(_application.Settings);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => phone.CallAsync(Patient, null, stop.Token));
        Assert.Equal(["/incoming ringing"], _application.Order);
    }

    [Fact]
    public async Task A_fault_in_the_caller_ends_the_call_and_comes_out_of_it()
    {
        _application.Twiml["/incoming"] = _ => _application.ConnectTwiml();
        _application.Twiml["/ended"] = static _ => "<Response/>";
        using var phone = new SimulatedPhone(_application.Settings);
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => phone.CallAsync(new FaultyCaller()));
    }

    private static Task AnswerAsync(HttpContext context, int status, string contentType, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(body);
    }

    private async Task<CallResult> CallAsync(ICaller caller, PhoneSettings? settings = null)
    {
        using var phone = new SimulatedPhone(settings ?? _application.Settings);
        return await phone.CallAsync(caller);
    }

    private sealed class FaultyCaller : ICaller
    {
        public string? Complaint => null;

        public CallerFrame NextFrame(CallMoment now, Span<byte> mulaw) => now.AtMs >= 100 ? throw new InvalidTimeZoneException() : default;
    }
}
