using System.IO.Pipelines;
using System.Net.WebSockets;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.MediaRelay.Transport;

namespace PhoneAgent.Tests.Relay.Sockets;

/// <summary>A connection in memory: the relay's socket at one end, the framework's WebSocket at the other.</summary>
internal sealed class Line : IAsyncDisposable
{
    /// <summary>What a direction holds before whoever writes must wait.</summary>
    public const int PipeBytes = 64 * 1024;

    private static readonly PipeOptions Inline = new(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: PipeBytes, useSynchronizationContext: false);

    private readonly Pipe _toSocket = new(Inline);
    private readonly Pipe _toPeer = new(Inline);
    private readonly Wires _relay;

    public Line(bool isServer, KeepAlive keepAlive, ReadOnlyMemory<byte> arrived = default)
    {
        _relay = new Wires(_toSocket.Reader.AsStream(), _toPeer.Writer.AsStream());
        Socket = new WebSocketMessageSocket(_relay, _relay, isServer, 100_000, keepAlive, Time, () => BreakAsync().AsTask().Wait(), arrived);
        Peer = WebSocket.CreateFromStream(new Wires(_toPeer.Reader.AsStream(), _toSocket.Writer.AsStream()), new WebSocketCreationOptions { IsServer = !isServer, KeepAliveInterval = TimeSpan.Zero });
    }

    public ManualTime Time { get; } = new();

    public WebSocketMessageSocket Socket { get; }

    public WebSocket Peer { get; }

    /// <summary>What the peer sends, past its WebSocket.</summary>
    public PipeWriter Wire => _toSocket.Writer;

    /// <summary>How often the relay's socket has let go what it wrote.</summary>
    public int Flushes => _relay.Writes;

    /// <summary>The peer's next message; nothing when it is a close.</summary>
    public async Task<byte[]> PeerHearsAsync()
    {
        var message = new MemoryStream();
        var buffer = new byte[10_000];
        while (true)
        {
            var received = await Peer.ReceiveAsync(buffer.AsMemory(), default);
            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
            {
                return message.ToArray();
            }
        }
    }

    /// <summary>The relay's end says no more, as a server that has closed does.</summary>
    public ValueTask EndAsync() => _toPeer.Writer.CompleteAsync();

    /// <summary>The connection breaks.</summary>
    public async ValueTask BreakAsync()
    {
        await _toSocket.Writer.CompleteAsync(new IOException("reset"));
        await _toPeer.Reader.CompleteAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Socket.DisposeAsync();
        Peer.Dispose();
    }

    // Reads from one stream, writes to another.
    private sealed class Wires(Stream input, Stream output) : AsyncStream
    {
        /// <summary>How often something was written.</summary>
        public int Writes { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => input.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes++;
            return output.WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);
    }
}
