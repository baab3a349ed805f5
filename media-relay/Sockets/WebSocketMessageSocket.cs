using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace PhoneAgent.MediaRelay.Sockets;

/// <summary>
/// A message socket that speaks WebSocket over a connection whose handshake is done. It frames by itself because the framework's WebSocket fetches
/// a masking key from the system for each message and reaches the connection through more layers: a tenth of what a call costs. A buffer is taken when
/// something has arrived or is to be sent, not while it is waited for: hundreds of calls then share few, which stay in the processor's cache. No
/// extensions; a fragmented message is read, none is sent. Reading and sending allocate nothing in steady state. Source: RFC 6455.
/// </summary>
internal sealed class WebSocketMessageSocket : IMessageSocket
{
    /// <summary>How long a close frame may take to be written before the connection is aborted.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    // Room for three of Gemini's messages of 40 ms at a time.
    private const int BufferBytes = 8 * 1_024;

    private readonly Stream _input;
    private readonly Stream _output;
    private readonly bool _isServer;
    private readonly MessageReader _reader;
    private readonly KeepAlive _keepAlive;
    private readonly TimeProvider _time;
    private readonly Action _abort;
    private readonly ITimer _timer;
    private readonly OutgoingFrames _outgoing;
    private SendingTurn _turn = new();
    private long _heardAt;
    private ReadOnlyMemory<byte> _rest; // what had arrived when no more was wanted
    private SocketRead? _end;
    private int _closing;
    private volatile bool _over;

    /// <summary>Takes over a connection.</summary>
    /// <param name="input">What the peer sends. A read of no bytes waits for more.</param>
    /// <param name="output">What is sent to it; holds nothing back.</param>
    /// <param name="isServer">This end is the server: it sends unmasked, and its connection belongs to the request; a client's is aborted at the end.</param>
    /// <param name="maxMessageBytes">The largest message that is read.</param>
    /// <param name="keepAlive">How the peer is looked after.</param>
    /// <param name="time">The clock.</param>
    /// <param name="abort">Ends the connection at once, so that reads and writes end too.</param>
    /// <param name="arrived">What has come before <paramref name="input"/>.</param>
    public WebSocketMessageSocket(
        Stream input, Stream output, bool isServer, int maxMessageBytes, KeepAlive keepAlive, TimeProvider time, Action abort, ReadOnlyMemory<byte> arrived = default)
    {
        (_input, _output, _rest) = (input, output, arrived);
        _isServer = isServer;
        _reader = new MessageReader(peerMasks: isServer, maxMessageBytes);
        _keepAlive = keepAlive;
        _time = time;
        _abort = abort;
        _outgoing = new OutgoingFrames(masks: !isServer);
        _heardAt = time.GetTimestamp();
        _timer = time.CreateTimer(static socket => ((WebSocketMessageSocket)socket!).LookAfterPeer(), this, keepAlive.Interval, keepAlive.Interval);
    }

    /// <inheritdoc />
    public async Task<SocketRead> ReadAsync(MessageHandler take)
    {
        if (_end is { } ended)
        {
            return ended;
        }

        var isTaking = false;
        var buffer = Array.Empty<byte>();
        try
        {
            while (true)
            {
                if (_rest.IsEmpty)
                {
                    _ = await _input.ReadAsync(Memory<byte>.Empty); // waits
                }

                buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
                var arrived = await ReceiveAsync(buffer);
                if (arrived == 0)
                {
                    return End(new SocketRead(SocketReadKind.Lost));
                }

                if (_keepAlive.Timeout is not null)
                {
                    Volatile.Write(ref _heardAt, _time.GetTimestamp());
                }

                for (var taken = 0; taken < arrived;)
                {
                    var left = buffer.AsSpan(taken, arrived - taken);
                    var told = _reader.Take(ref left, out var message);
                    taken = arrived - left.Length;
                    switch (told)
                    {
                        case Taken.Message:
                            isTaking = true;
                            if (!take(message))
                            {
                                Keep(left);
                                return new SocketRead(SocketReadKind.Stopped);
                            }

                            isTaking = false;
                            break;
                        case Taken.TooLarge:
                            Keep(left);
                            return new SocketRead(SocketReadKind.TooLarge);
                        case Taken.Ping:
                            await SendAsync(WebSocketFrame.Opcode.Pong, _reader.Control.ToArray());
                            break;
                        case Taken.Close:
                            await CloseAsync((ushort)_reader.CloseCode, "");
                            return End(new SocketRead(SocketReadKind.Closed, _reader.CloseCode, _reader.CloseReason));
                        case Taken.Violation:
                            await CloseAsync((ushort)_reader.CloseCode, "");
                            return End(new SocketRead(SocketReadKind.Lost));
                    }
                }

                GiveBack(ref buffer);
            }
        }
        catch (Exception e) when (!isTaking && IsConnectionEnd(e))
        {
            return End(new SocketRead(SocketReadKind.Lost));
        }
        finally
        {
            GiveBack(ref buffer);
        }
    }

    /// <inheritdoc />
    public ValueTask<bool> SendAsync(ReadOnlyMemory<byte> message, bool more = false) => SendAsync(WebSocketFrame.Opcode.Text, message, more);

    /// <inheritdoc />
    public async Task CloseAsync(ushort code, string reason)
    {
        var payload = code == 0 ? [] : WebSocketFrame.ClosePayload(code, reason);
        if (Interlocked.Exchange(ref _closing, 1) != 0)
        {
            return;
        }

        using var timeout = new CancellationTokenSource(CloseTimeout, _time);
        try
        {
            await _turn.TakeAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            Abort();
            return;
        }

        _outgoing.Write(WebSocketFrame.Opcode.Close, payload);
        if (!await SentAsync(Flush(timeout.Token)))
        {
            Abort();
        }
    }

    /// <inheritdoc />
    public void Abort()
    {
        _over = true;
        _abort();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // Reader and writer have ended by now: whoever started them awaited them. A ping may still be on its way, and gives its frames back itself.
        await _timer.DisposeAsync();
        _reader.Dispose();
        if (!_isServer)
        {
            Abort();
        }

        if (_turn.TryTake())
        {
            _outgoing.Dispose();
        }
    }

    private static void GiveBack(ref byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
        }
    }

    private ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        if (_rest.IsEmpty)
        {
            return _input.ReadAsync(buffer);
        }

        var length = Math.Min(_rest.Length, buffer.Length);
        _rest[..length].CopyTo(buffer);
        _rest = _rest[length..];
        return ValueTask.FromResult(length);
    }

    private void Keep(ReadOnlySpan<byte> left) => _rest = (byte[])[.. left, .. _rest.Span];

    // At once, where nobody else is sending and the connection takes it, as almost always.
    private ValueTask<bool> SendAsync(WebSocketFrame.Opcode opcode, ReadOnlyMemory<byte> payload, bool more = false) =>
        _turn.TryTake() ? SendInTurn(opcode, payload.Span, more) : SendInTurnAsync(opcode, payload, more);

    private async ValueTask<bool> SendInTurnAsync(WebSocketFrame.Opcode opcode, ReadOnlyMemory<byte> payload, bool more)
    {
        await _turn.TakeAsync();
        return await SendInTurn(opcode, payload.Span, more);
    }

    private ValueTask<bool> SendInTurn(WebSocketFrame.Opcode opcode, ReadOnlySpan<byte> payload, bool more)
    {
        var isOpen = !_over && Volatile.Read(ref _closing) == 0;
        if (isOpen)
        {
            _outgoing.Write(opcode, payload);
            if (!more)
            {
                var sending = Flush(default);
                if (!sending.IsCompletedSuccessfully)
                {
                    return SentAsync(sending);
                }

                sending.GetAwaiter().GetResult();
                _outgoing.Clear();
            }
        }

        _turn.Leave();
        return ValueTask.FromResult(isOpen);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> SentAsync(ValueTask sending)
    {
        try
        {
            await sending;
            return !_over;
        }
        catch (Exception e) when (IsConnectionEnd(e))
        {
            return false;
        }
        finally
        {
            _outgoing.Clear();
            _turn.Leave();
        }
    }

    private ValueTask Flush(CancellationToken cancellation)
    {
        try
        {
            return _output.WriteAsync(_outgoing.Written, cancellation);
        }
        catch (Exception e) when (IsConnectionEnd(e))
        {
            return ValueTask.FromException(e);
        }
    }

    private void LookAfterPeer()
    {
        if (_keepAlive.Timeout is { } timeout && _time.GetElapsedTime(Volatile.Read(ref _heardAt)) >= timeout)
        {
            Abort();
        }
        else if (_turn.IsFree) // otherwise something is on its way already
        {
            _ = SendAsync(WebSocketFrame.Opcode.Ping, default).AsTask(); // its end is a value, never an exception
        }
    }

    // What a connection throws when it ends, on whichever of its layers that is noticed.
    private static bool IsConnectionEnd(Exception e) =>
        e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;

    private SocketRead End(SocketRead end)
    {
        _end = end;
        _over = true;
        return end;
    }
}
