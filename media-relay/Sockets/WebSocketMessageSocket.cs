using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;

namespace PhoneAgent.MediaRelay.Sockets;

/// <summary>
/// A message socket over a WebSocket. The receive buffer starts small, grows to the largest message seen and is given
/// back to the pool at the end; reading and sending allocate nothing in steady state.
/// </summary>
public sealed class WebSocketMessageSocket : IMessageSocket
{
    /// <summary>How long a close frame may take to be written before the connection is aborted.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;
    private readonly int _maxMessageBytes;
    private readonly TimeProvider _time;
    private readonly CorkedStream? _cork;
    private byte[] _buffer;
    private SocketRead? _end;
    private int _closing;
    private bool _skipping;

    /// <summary>Takes over the WebSocket.</summary>
    /// <param name="socket">An open WebSocket.</param>
    /// <param name="maxMessageBytes">The largest message that is read.</param>
    /// <param name="time">Bounds the writing of a close frame.</param>
    /// <param name="cork">The stream under the WebSocket, when it can hold writes back.</param>
    internal WebSocketMessageSocket(WebSocket socket, int maxMessageBytes, TimeProvider time, CorkedStream? cork = null)
    {
        _cork = cork;
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessageBytes, 1);
        _socket = socket;
        _maxMessageBytes = maxMessageBytes;
        _time = time;
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Min(2048, maxMessageBytes));
    }

    /// <inheritdoc />
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SocketRead> ReadAsync()
    {
        if (_end is { } ended)
        {
            return ended;
        }

        try
        {
            var length = 0;
            while (true)
            {
                var received = await _socket.ReceiveAsync(_buffer.AsMemory(_skipping ? 0 : length), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return End(new SocketRead(SocketReadKind.Closed, CloseCode: (int?)_socket.CloseStatus ?? 0, CloseReason: _socket.CloseStatusDescription));
                }

                if (_skipping)
                {
                    _skipping = !received.EndOfMessage;
                    continue;
                }

                length += received.Count;
                if (length > _maxMessageBytes)
                {
                    _skipping = !received.EndOfMessage;
                    return new SocketRead(SocketReadKind.TooLarge);
                }

                if (received.EndOfMessage)
                {
                    return new SocketRead(SocketReadKind.Message, _buffer.AsMemory(0, length));
                }

                if (length == _buffer.Length)
                {
                    Grow(length);
                }
            }
        }
        catch (Exception e) when (IsConnectionEnd(e))
        {
            return End(new SocketRead(SocketReadKind.Lost));
        }
    }

    /// <inheritdoc />
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> message, bool more = false)
    {
        try
        {
            if (_cork is not null)
            {
                _cork.Corked = more;
            }

            await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            return true;
        }
        catch (Exception e) when (IsConnectionEnd(e))
        {
            return false;
        }
    }

    /// <inheritdoc />
    public async Task CloseAsync(ushort code, string reason)
    {
        if (Interlocked.Exchange(ref _closing, 1) != 0)
        {
            return;
        }

        using var timeout = new CancellationTokenSource(CloseTimeout, _time);
        try
        {
            await _socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, timeout.Token);
        }
        catch (Exception e) when (IsConnectionEnd(e))
        {
            _socket.Abort();
        }
    }

    /// <inheritdoc />
    public void Abort() => _socket.Abort();

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        // The reader has ended by now (whoever started it awaited it), so nobody uses the buffer any more.
        _socket.Dispose();
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return ValueTask.CompletedTask;
    }

    // What a WebSocket throws when the connection ends under it, in whichever of its states that catches it.
    private static bool IsConnectionEnd(Exception e) =>
        e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;

    private SocketRead End(SocketRead end)
    {
        _end = end;
        return end;
    }

    private void Grow(int used)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(used * 2, _maxMessageBytes + 1));
        _buffer.AsSpan(0, used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
