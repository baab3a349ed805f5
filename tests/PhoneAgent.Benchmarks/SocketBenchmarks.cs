using System.Net.WebSockets;
using System.Threading.Tasks.Sources;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.MediaRelay.Transport;

namespace PhoneAgent.Benchmarks;

/// <summary>What a WebSocket costs for a frame of audio each way, next to the framework's; the connection itself costs nothing here.</summary>
internal sealed class SocketBenchmarks : IBenchmarkTable
{
    private const int TwilioFrameBytes = 340; // 20 ms with its JSON
    private const int GeminiFrameBytes = 940;

    private static readonly Waking FromTwilio = new(Frame(TwilioFrameBytes, isMasked: true));

    private readonly byte[] _message = new byte[GeminiFrameBytes];
    private readonly byte[] _received = new byte[2 * GeminiFrameBytes];
    private readonly WebSocketMessageSocket _client = Framed(new Endless([]), isServer: false);
    private readonly WebSocket _frameworkServer = Framework(isServer: true, Frame(TwilioFrameBytes, isMasked: true));
    private readonly WebSocket _frameworkClient = Framework(isServer: false, []);

    /// <summary>Begins to read, for as long as the process runs.</summary>
    public SocketBenchmarks() => _ = Framed(FromTwilio, isServer: true).ReadAsync(static _ => true);

    public string Title => "WebSockets";

    public IEnumerable<Benchmark> Benchmarks =>
    [
        new("take a 20 ms frame from Twilio", FromTwilio.Wake),
        new("take it by the framework's WebSocket", () => _frameworkServer.ReceiveAsync(_received.AsMemory(), default).AsTask().GetAwaiter().GetResult()),
        new("send a 20 ms frame to Gemini", () => _client.SendAsync(_message).AsTask().GetAwaiter().GetResult()),
        new("send it by the framework's WebSocket", () => _frameworkClient.SendAsync(_message.AsMemory(), WebSocketMessageType.Text, true, default).AsTask().GetAwaiter().GetResult()),
    ];

    private static WebSocketMessageSocket Framed(Stream stream, bool isServer) =>
        new(stream, stream, isServer, 64 * 1024, new KeepAlive(TimeSpan.FromDays(1)), TimeProvider.System, () => { });

    private static WebSocket Framework(bool isServer, byte[] frame) =>
        WebSocket.CreateFromStream(new Endless(frame), new WebSocketCreationOptions { IsServer = isServer, KeepAliveInterval = TimeSpan.Zero });

    private static byte[] Frame(int length, bool isMasked)
    {
        var frame = new byte[WebSocketFrame.MaxHeaderBytes + length];
        var header = WebSocketFrame.WriteHeader(frame, WebSocketFrame.Opcode.Text, length, isMasked ? 0u : null);
        frame.AsSpan(header, length).Fill((byte)'a');
        return frame[..(header + length)];
    }

    /// <summary>The same bytes for ever, one frame a read; takes everything.</summary>
    private class Endless(byte[] frame) : AsyncStream
    {
        private int _at;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var length = Math.Min(frame.Length - _at, buffer.Length);
            frame.AsSpan(_at, length).CopyTo(buffer.Span);
            _at = (_at + length) % frame.Length;
            return ValueTask.FromResult(length);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }

    /// <summary>The same, each frame when it is woken: a read of no bytes waits for that.</summary>
    private sealed class Waking(byte[] frame) : Endless(frame), IValueTaskSource<int>
    {
        private ManualResetValueTaskSourceCore<int> _wait;

        public void Wake() => _wait.SetResult(0);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!buffer.IsEmpty)
            {
                return base.ReadAsync(buffer, cancellationToken);
            }

            _wait.Reset();
            return new ValueTask<int>(this, _wait.Version);
        }

        public int GetResult(short token) => _wait.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => _wait.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _wait.OnCompleted(continuation, state, token, flags);
    }
}
