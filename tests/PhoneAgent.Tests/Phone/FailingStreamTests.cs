using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Phone.Streams;

namespace PhoneAgent.Tests.Phone;

/// <summary>What Twilio does when a stream cannot be opened, breaks, or carries what it may not.</summary>
[Collection(RealTimeCollection.Name)]
public sealed class FailingStreamTests : IAsyncLifetime
{
    private ScriptedApplication _application = null!;

    public async Task InitializeAsync()
    {
        _application = await ScriptedApplication.StartAsync();
        _application.Twiml["/incoming"] = _ => _application.ConnectTwiml();
        _application.Twiml["/ended"] = _ => "<Response><Hangup/></Response>";
    }

    public async Task DisposeAsync() => await _application.DisposeAsync();

    [Theory]
    [InlineData(AfterStreamFailure.RequestAction, CallEnding.HungUpByTwiml, "/ended in-progress")]
    [InlineData(AfterStreamFailure.FallThrough, CallEnding.HungUpByTwiml, "/next in-progress")]
    [InlineData(AfterStreamFailure.DropCall, CallEnding.StreamFailure, null)]
    public async Task After_an_abrupt_loss_the_call_goes_on_as_chosen(AfterStreamFailure choice, CallEnding ending, string? asked)
    {
        _application.Stream = static async stream =>
        {
            await stream.ReadFramesAsync(2);
            stream.Abort();
        };
        await FailsAsync(choice, ending, asked, 31903);
    }

    [Theory]
    [InlineData(AfterStreamFailure.RequestAction, CallEnding.HungUpByTwiml, "/ended in-progress")]
    [InlineData(AfterStreamFailure.FallThrough, CallEnding.HungUpByTwiml, "/next in-progress")]
    [InlineData(AfterStreamFailure.DropCall, CallEnding.StreamFailure, null)]
    public async Task After_a_refused_handshake_the_call_goes_on_as_chosen(AfterStreamFailure choice, CallEnding ending, string? asked)
    {
        _application.HandshakeStatus = 403;
        var result = await FailsAsync(choice, ending, asked, 31920);
        Assert.Empty(result.Streams);
        Assert.Contains("403", result.Errors.Single().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_server_that_is_not_there_is_31902()
    {
        var unused = new TcpListener(IPAddress.Loopback, 0);
        unused.Start();
        var port = ((IPEndPoint)unused.LocalEndpoint).Port;
        unused.Stop();
        _application.Twiml["/incoming"] = _ => $"""<Response><Connect action="/ended"><Stream url="ws://127.0.0.1:{port}/s"/></Connect></Response>""";
        var result = await CallAsync(new SilentCaller(TimeSpan.FromSeconds(30)));
        Assert.Equal([31902], result.Errors.Select(error => error.Code));
    }

    [Fact]
    public async Task Messages_the_server_may_not_send_are_logged_once_a_kind_and_the_stream_goes_on()
    {
        _application.Stream = static async stream =>
        {
            await stream.ReadFramesAsync(1);
            await stream.SendAsync("no json");
            await stream.SendAsync("neither");
            await stream.SendAsync("""{"event":"clear","streamSid":"MZ0"}""");
            await stream.SendAsync("AQID", WebSocketMessageType.Binary);
            await stream.SendMediaAsync(new byte[8]);
            await stream.SendMarkAsync("still here");
            await stream.SendClearAsync();
            await stream.ReadUntilAsync("mark");
            await stream.CloseAsync();
        };
        var result = await CallAsync(new SilentCaller(TimeSpan.FromSeconds(30)));
        Assert.Equal([31950, 31951], result.Errors.Select(error => error.Code));
        Assert.Equal(4, result.Streams.Single().BadMessages);
        Assert.Equal(1, result.Streams.Single().MediaReceived);
    }

    [Fact]
    public async Task Too_much_audio_at_once_is_31931_and_discarded()
    {
        _application.Stream = static async stream =>
        {
            await stream.ReadFramesAsync(1);
            await stream.SendMediaAsync(new byte[Playout.DefaultCapacityBytes / 2]);
            await stream.SendMediaAsync(new byte[Playout.DefaultCapacityBytes / 2]);
            await stream.SendMediaAsync(new byte[5 * 8000]);
            await stream.SendClearAsync();
            await stream.CloseAsync();
        };
        var result = await CallAsync(new SilentCaller(TimeSpan.FromSeconds(30)));
        Assert.Equal([31931], result.Errors.Select(error => error.Code));
        Assert.Equal(5000, result.AgentMsOverflowed);
    }

    [Fact]
    public async Task A_server_that_reads_too_slowly_is_31930_once_and_loses_frames_without_holding_the_line_up()
    {
        var done = new TaskCompletionSource();
        var errors = new List<TwilioError>();
        var connection = await ConnectAsync(done.Task, errors);
        var frame = new byte[160];
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 100_000; i++)
        {
            connection.SendFrame(frame);
        }

        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 0, 4);
        await connection.DisposeAsync();
        done.SetResult();
        Assert.Equal([31930], errors.Select(error => error.Code));
        Assert.True(connection.FramesDropped > 1000);
        Assert.InRange(connection.FramesSent + connection.FramesDropped, 100_000 - 251, 100_000); // the rest still waited
    }

    [Fact]
    public async Task Frames_for_a_connection_that_is_broken_are_no_fault_of_a_slow_reader()
    {
        var done = new TaskCompletionSource();
        var errors = new List<TwilioError>();
        await using var connection = await ConnectAsync(done.Task, errors);
        connection.Abort();
        var frames = 0;
        while (connection.FramesAfterEnd == 0 && frames++ < 200)
        {
            connection.SendFrame(new byte[160]);
            await Task.Delay(5);
        }

        done.SetResult();
        Assert.Empty(errors);
        Assert.Equal((0, 1), (connection.FramesDropped, connection.FramesAfterEnd));
    }

    // To a server that reads nothing until it is done.
    private async Task<StreamConnection> ConnectAsync(Task done, List<TwilioError> errors)
    {
        _application.Stream = _ => done;
        var url = new Uri(_application.StreamUrl);
        var (socket, _) = await StreamHandshake.OpenAsync(url, url, ScriptedApplication.AuthToken, TimeProvider.System, CancellationToken.None);
        return new StreamConnection(socket!, new StreamIdentity("AC1", "CA1", "MZ1", []), TimeProvider.System, errors.Add);
    }

    private async Task<CallResult> FailsAsync(AfterStreamFailure choice, CallEnding ending, string? asked, int code)
    {
        _application.Twiml["/incoming"] = _ => _application.ConnectTwiml(after: "<Redirect>/next</Redirect>");
        _application.Twiml["/next"] = static _ => "<Response><Hangup/></Response>";
        var result = await CallAsync(new SilentCaller(TimeSpan.FromSeconds(30)), _application.Settings with { AfterStreamFailure = choice });
        Assert.Equal([code], result.Errors.Select(error => error.Code));
        Assert.Equal(ending, result.Ending);
        Assert.Equal(
            asked is null ? ["/incoming ringing", "/status completed"] : ["/incoming ringing", asked, "/status completed"],
            _application.Order.Where(entry => entry != "close"));
        return result;
    }

    private async Task<CallResult> CallAsync(ICaller caller, PhoneSettings? settings = null)
    {
        using var phone = new SimulatedPhone(settings ?? _application.Settings);
        return await phone.CallAsync(caller);
    }
}
