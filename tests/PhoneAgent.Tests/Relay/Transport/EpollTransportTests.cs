using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using PhoneAgent.MediaRelay;
using PhoneAgent.MediaRelay.Transport;

namespace PhoneAgent.Tests.Relay.Transport;

/// <summary>Kestrel on the relay's transport. What a relay does with it is shown by every other test that starts one.</summary>
[SupportedOSPlatform("linux")]
public sealed class EpollTransportTests
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    [EpollFact]
    public async Task Kestrel_uses_it_for_tcp_and_its_own_for_anything_else()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using var app = await StartAsync(kestrel =>
        {
            kestrel.Listen(AnyPort);
            kestrel.ListenUnixSocket(path);
        });
        using var tcp = new HttpClient { BaseAddress = new Uri(app.Urls.First(url => url.Contains("127.0.0.1", StringComparison.Ordinal))) };
        using var unix = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync }) { BaseAddress = new Uri("http://unix") };

        Assert.Equal(typeof(DuplexPipe).FullName, await tcp.GetStringAsync("/transport"));
        Assert.NotEqual(typeof(DuplexPipe).FullName, await unix.GetStringAsync("/transport"));

        async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
    }

    [EpollFact]
    public async Task Requests_of_any_size_are_answered_over_one_connection_with_tls_and_without()
    {
        using var localhost = new Localhost();
        await using var app = await StartAsync(kestrel =>
        {
            kestrel.Listen(AnyPort);
            kestrel.Listen(AnyPort, tls => tls.UseHttps(localhost.Certificate));
        });
        Assert.Equal(["http", "https"], app.Urls.Select(url => new Uri(url).Scheme).Order());
        foreach (var url in app.Urls)
        {
            // As the relay connects to Gemini.
            using var handler = new SocketsHttpHandler { ConnectCallback = EpollConnect.ConnectAsync };
            handler.SslOptions.RemoteCertificateValidationCallback = localhost.IsTrusted;
            using var client = new HttpClient(handler) { BaseAddress = new Uri(url) };
            var connection = await client.GetStringAsync("/connection");
            foreach (var length in (int[])[0, 1, 4_096, 100_000, 5_000_000])
            {
                var body = new byte[length];
                new Random(length).NextBytes(body);
                using var answer = await client.PostAsync("/echo", new ByteArrayContent(body));
                Assert.Equal(body, await answer.Content.ReadAsByteArrayAsync());
            }

            Assert.Equal(connection, await client.GetStringAsync("/connection"));
        }
    }

    [EpollFact]
    public async Task A_client_that_goes_aborts_its_request()
    {
        var aborted = new TaskCompletionSource();
        await using var app = await StartAsync(kestrel => kestrel.Listen(AnyPort), aborted);
        using var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync(IPAddress.Loopback, new Uri(app.Urls.Single()).Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        Assert.Equal('H', client.GetStream().ReadByte());

        client.Close();

        await aborted.Task.WaitAsync(Patience.Long);
    }

    [EpollFact]
    public async Task An_address_in_use_is_told_as_Kestrel_tells_it()
    {
        await using var first = await new EpollTransport().BindAsync(AnyPort);

        await Assert.ThrowsAsync<AddressInUseException>(() => new EpollTransport().BindAsync(first.EndPoint).AsTask());
    }

    [EpollFact]
    public async Task Listening_that_is_over_brings_no_more_connections()
    {
        await using var listener = await new EpollTransport().BindAsync(AnyPort);
        var accepting = listener.AcceptAsync().AsTask();

        await listener.UnbindAsync();

        Assert.Null(await accepting.WaitAsync(Patience.Long));
    }

    [EpollFact]
    public async Task A_connection_that_broke_before_it_was_taken_is_closed_and_the_next_one_taken()
    {
        await using var listener = await new EpollTransport().BindAsync(AnyPort);
        using var broken = new TcpClient(AddressFamily.InterNetwork);
        using var client = new TcpClient(AddressFamily.InterNetwork);
        await broken.ConnectAsync((IPEndPoint)listener.EndPoint);
        broken.Client.Close(0);
        await client.ConnectAsync((IPEndPoint)listener.EndPoint);

        await using var first = await listener.AcceptAsync().AsTask().WaitAsync(Patience.Long);
        await using var second = await listener.AcceptAsync().AsTask().WaitAsync(Patience.Long);

        var closed = new TaskCompletionSource();
        using var registration = first!.ConnectionClosed.Register(closed.SetResult);
        await closed.Task.WaitAsync(Patience.Long);
        Assert.Equal(client.Client.LocalEndPoint, second!.RemoteEndPoint);
        Assert.False(second.ConnectionClosed.IsCancellationRequested);
    }

    [EpollFact]
    public async Task A_connection_that_is_aborted_closes_and_says_so()
    {
        await using var listener = await new EpollTransport().BindAsync(AnyPort);
        using var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync((IPEndPoint)listener.EndPoint);
        await using var connection = (await listener.AcceptAsync())!;
        Assert.Equal(client.Client.LocalEndPoint, connection.RemoteEndPoint);
        var closed = new TaskCompletionSource();
        using var registration = connection.ConnectionClosed.Register(closed.SetResult);

        connection.Abort(new ConnectionAbortedException());

        await closed.Task.WaitAsync(Patience.Long);
        Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Patience.Long));
    }

    private static async Task<WebApplication> StartAsync(Action<KestrelServerOptions> listen, TaskCompletionSource? aborted = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseRelayServer().ConfigureKestrel(listen);
        var app = builder.Build();
        app.MapGet("/transport", (HttpContext context) => context.Features.Get<IConnectionTransportFeature>()!.Transport.GetType().FullName);
        app.MapGet("/connection", (HttpContext context) => context.Connection.Id);
        app.MapPost("/echo", (HttpContext context) => context.Request.Body.CopyToAsync(context.Response.Body));
        app.MapGet("/wait", async (HttpContext context) =>
        {
            using var registration = context.RequestAborted.Register(() => aborted?.TrySetResult());
            await context.Response.Body.FlushAsync();
            await aborted!.Task.WaitAsync(Patience.Long);
        });
        await app.StartAsync();
        return app;
    }
}
