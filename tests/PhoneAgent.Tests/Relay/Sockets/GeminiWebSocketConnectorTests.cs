using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using PhoneAgent.Core.Configuration;
using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.Tests.Relay.Sockets;

/// <summary>The opening handshake with Gemini, against answers written byte by byte.</summary>
public sealed class GeminiWebSocketConnectorTests
{
    private const string Key = "AIzaSyB-a-key-that-opens-nothing-0123456";

    [Fact]
    public async Task The_key_goes_into_a_header_and_never_into_the_address()
    {
        await using var server = new Answers(Switching());

        await using var socket = (await server.ConnectAsync()).Socket;

        Assert.NotNull(socket);
        Assert.StartsWith($"GET {GeminiWebSocketConnector.Path} HTTP/1.1\r\n", server.Request, StringComparison.Ordinal);
        Assert.Contains($"x-goog-api-key: {Key}\r\n", server.Request, StringComparison.Ordinal);
        Assert.DoesNotContain("traceparent", server.Request, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task What_comes_together_with_the_answer_is_read()
    {
        await using var server = new Answers(Switching(), Frames.Frame(Frames.Final | Frames.Binary, """{"setupComplete":{}}"""u8));

        await using var socket = (await server.ConnectAsync()).Socket!;

        Assert.Equal("""{"setupComplete":{}}""", Encoding.UTF8.GetString((await socket.ReadAsync()).Message));
    }

    [Fact]
    public async Task Other_answers_may_come_before()
    {
        await using var server = new Answers("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + Switching(), Frames.Frame(Frames.Final | Frames.Binary, "{}"u8));
        await using var socket = (await server.ConnectAsync()).Socket!;
        Assert.Equal("{}", Encoding.UTF8.GetString((await socket.ReadAsync()).Message));
    }

    [Fact]
    public async Task Lines_may_end_without_a_carriage_return()
    {
        await using var server = new Answers(Switching().ReplaceLineEndings("\n"), Frames.Frame(Frames.Final | Frames.Binary, "{}"u8));
        await using var socket = (await server.ConnectAsync()).Socket!;
        Assert.Equal("{}", Encoding.UTF8.GetString((await socket.ReadAsync()).Message));
    }

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")] // of another request
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: chat\r\n\r\n")]
    [InlineData("no HTTP at all\r\n\r\n")]
    public async Task An_answer_that_opens_no_WebSocket_is_none(string answer)
    {
        await using var server = new Answers(answer);

        var connecting = await server.ConnectAsync();

        Assert.Null(connecting.Socket);
        Assert.StartsWith("Gemini cannot be reached: ", connecting.Problem, StringComparison.Ordinal);
        Assert.False(connecting.IsFinal);
    }

    [Theory]
    [InlineData(401, true, "Gemini refused the key (HTTP 401); check Gemini__ApiKey")]
    [InlineData(403, true, "Gemini refused the key (HTTP 403); check Gemini__ApiKey")]
    [InlineData(404, true, "Gemini has no Live API at this address (HTTP 404); check Gemini__Endpoint")]
    [InlineData(429, false, "Gemini refuses more sessions (HTTP 429)")]
    [InlineData(503, false, "Gemini answered HTTP 503")]
    [InlineData(200, false, "Gemini answered HTTP 200")]
    [InlineData(302, false, "Gemini answered HTTP 302")] // never followed: the key would go with it
    public async Task A_refusal_is_told_with_its_status(int status, bool isFinal, string problem)
    {
        await using var server = new Answers($"HTTP/1.1 {status} Some words\r\nLocation: http://localhost/\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(new GeminiConnecting(null, problem, isFinal), await server.ConnectAsync());
    }

    [Fact]
    public async Task Nobody_at_the_address_is_told()
    {
        var server = new Answers("");
        await server.DisposeAsync();

        Assert.Equal(new GeminiConnecting(null, "Gemini cannot be reached: ConnectionError"), await server.ConnectAsync());
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up_when_told()
    {
        await using var server = new Answers("");
        using var cancellation = new CancellationTokenSource();
        var connecting = server.ConnectAsync(cancellation.Token);

        await server.Asked;
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    private static string Switching() => "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n";

    /// <summary>Answers every request with the same bytes, {accept} filled in.</summary>
    private sealed class Answers : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly TaskCompletionSource<string> _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task _serving;
        private readonly string _endpoint;

        public Answers(string head, byte[]? behind = null)
        {
            _listener.Start();
            _endpoint = $"ws://{_listener.LocalEndpoint}";
            _serving = ServeAsync(head, behind ?? []);
        }

        public Task Asked => _asked.Task;

        public string Request => _asked.Task.Result;

        public Task<GeminiConnecting> ConnectAsync(CancellationToken cancellation = default)
        {
            var settings = new GeminiSettings { ApiKey = Key, Endpoint = _endpoint };
            return new GeminiWebSocketConnector(new FixedOptions<GeminiSettings>(settings), TimeProvider.System).ConnectAsync(cancellation);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _serving;
            _listener.Dispose();
            _stop.Dispose();
        }

        private async Task ServeAsync(string head, byte[] behind)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var buffer = new byte[4_096];
                var request = "";
                while (!request.EndsWith("\r\n\r\n", StringComparison.Ordinal))
                {
                    request += Encoding.ASCII.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer, _stop.Token));
                }

                var key = request.Split("Sec-WebSocket-Key: ")[1].Split("\r\n")[0];
#pragma warning disable CA5350 // the handshake is defined with SHA-1
                var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
                _asked.TrySetResult(request);
                await client.GetStream().WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head.Replace("{accept}", accept, StringComparison.Ordinal)), .. behind], _stop.Token);
                await Task.Delay(Timeout.Infinite, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        }
    }
}
