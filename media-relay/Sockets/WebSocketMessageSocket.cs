using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace PhoneAgent.MediaRelay.Sockets;

/// <summary>How a WebSocket finds out that nobody is at the other end.</summary>
/// <param name="Interval">A ping is sent so often.</param>
/// <param name="Timeout">When nothing at all has come for so long, the connection is lost; null: that is not looked at.</param>
internal readonly record struct KeepAlive(TimeSpan Interval, TimeSpan? Timeout = null);

/// <summary>
/// A message socket that speaks WebSocket over the two pipes of a connection whose handshake is done. It frames by itself because
/// the framework's WebSocket fetches a masking key from the system for each message and reaches the connection through more layers: a tenth of what
/// a call costs. No extensions; a fragmented message is read, none is sent. Reading and sending allocate nothing in steady state. Source: RFC 6455.
/// </summary>
internal sealed class WebSocketMessageSocket : IMessageSocket
{
    /// <summary>How long a close frame may take to be written before the connection is aborted.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    // Masking keys fetched at a time: they must not be predictable, and each fetch costs a system call.
    private const int KeysAhead = 64;

    private readonly IDuplexPipe _pipe;
    private readonly bool _isServer;
    private readonly MessageReader _reader;
    private readonly KeepAlive _keepAlive;
    private readonly TimeProvider _time;
    private readonly Action _abort;
    private readonly ITimer _timer;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly byte[] _keys;
    private int _keysUsed;
    private long _heardAt;
    private SequencePosition? _held; // the end of the message read last, which lies in the pipe until the next read
    private SocketRead? _end;
    private int _closing;
    private volatile bool _aborted;

    /// <summary>Takes over a connection.</summary>
    /// <param name="pipe">What was received and what is to be sent.</param>
    /// <param name="isServer">This end is the server: it sends unmasked, and its pipe belongs to the request; a client's pipe is completed at the end.</param>
    /// <param name="maxMessageBytes">The largest message that is read.</param>
    /// <param name="keepAlive">How the peer is looked after.</param>
    /// <param name="time">The clock.</param>
    /// <param name="abort">Ends the connection at once, so that reads and writes on the pipe end too.</param>
    public WebSocketMessageSocket(IDuplexPipe pipe, bool isServer, int maxMessageBytes, KeepAlive keepAlive, TimeProvider time, Action abort)
    {
        _pipe = pipe;
        _isServer = isServer;
        _reader = new MessageReader(peerMasks: isServer, maxMessageBytes);
        _keepAlive = keepAlive;
        _time = time;
        _abort = abort;
        _keys = new byte[isServer ? 0 : KeysAhead * sizeof(uint)];
        _keysUsed = _keys.Length;
        _heardAt = time.GetTimestamp();
        _timer = time.CreateTimer(static socket => ((WebSocketMessageSocket)socket!).LookAfterPeer(), this, keepAlive.Interval, keepAlive.Interval);
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
            LetGo();
            while (true)
            {
                var read = await _pipe.Input.ReadAsync();
                var rest = read.Buffer;
                var taken = _reader.Take(ref rest);
                Volatile.Write(ref _heardAt, _time.GetTimestamp());
                if (taken == Taken.Message && _reader.IsInPlace)
                {
                    _held = rest.Start;
                }
                else
                {
                    _pipe.Input.AdvanceTo(rest.Start, taken == Taken.Nothing ? rest.End : rest.Start);
                }

                switch (taken)
                {
                    case Taken.Message:
                        return new SocketRead(SocketReadKind.Message, _reader.Message);
                    case Taken.TooLarge:
                        return new SocketRead(SocketReadKind.TooLarge);
                    case Taken.Ping:
                        await SendAsync(WebSocketFrame.Opcode.Pong, _reader.Control.ToArray());
                        break;
                    case Taken.Close:
                        await CloseAsync((ushort)_reader.CloseCode, "");
                        return End(new SocketRead(SocketReadKind.Closed, CloseCode: _reader.CloseCode, CloseReason: _reader.CloseReason));
                    case Taken.Violation:
                        await CloseAsync((ushort)_reader.CloseCode, "");
                        return End(new SocketRead(SocketReadKind.Lost));
                    case Taken.Nothing when read.IsCompleted || read.IsCanceled:
                        return End(new SocketRead(SocketReadKind.Lost));
                }
            }
        }
        catch (Exception e) when (IsConnectionEnd(e))
        {
            return End(new SocketRead(SocketReadKind.Lost));
        }
    }

    /// <inheritdoc />
    public ValueTask<bool> SendAsync(ReadOnlyMemory<byte> message, bool more = false) => SendAsync(WebSocketFrame.Opcode.Text, message, more);

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
            await _sending.WaitAsync(timeout.Token);
            try
            {
                Write(WebSocketFrame.Opcode.Close, code == 0 ? [] : ClosePayload(code, reason));
                await _pipe.Output.FlushAsync(timeout.Token);
            }
            finally
            {
                _sending.Release();
            }
        }
        catch (Exception e) when (IsConnectionEnd(e))
        {
            Abort();
        }
    }

    /// <inheritdoc />
    public void Abort()
    {
        _aborted = true;
        _abort();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // Reader and writer have ended by now: whoever started them awaited them.
        await _timer.DisposeAsync();
        _reader.Dispose();
        if (!_isServer)
        {
            Abort();
            await _pipe.Input.CompleteAsync();
            await _pipe.Output.CompleteAsync(new OperationCanceledException()); // nothing that waits may be flushed now
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> SendAsync(WebSocketFrame.Opcode opcode, ReadOnlyMemory<byte> payload, bool more = false)
    {
        try
        {
            await _sending.WaitAsync();
            try
            {
                if (_aborted || Volatile.Read(ref _closing) != 0)
                {
                    return false;
                }

                Write(opcode, payload.Span);
                return more || !(await _pipe.Output.FlushAsync()).IsCompleted;
            }
            finally
            {
                _sending.Release();
            }
        }
        catch (Exception e) when (IsConnectionEnd(e))
        {
            return false;
        }
    }

    private void Write(WebSocketFrame.Opcode opcode, ReadOnlySpan<byte> payload)
    {
        var frame = _pipe.Output.GetSpan(WebSocketFrame.MaxHeaderBytes + payload.Length);
        var mask = _isServer ? (uint?)null : NextKey();
        var header = WebSocketFrame.WriteHeader(frame, opcode, payload.Length, mask);
        if (mask is { } key)
        {
            WebSocketFrame.Mask(payload, key, frame[header..]);
        }
        else
        {
            payload.CopyTo(frame[header..]);
        }

        _pipe.Output.Advance(header + payload.Length);
    }

    private uint NextKey()
    {
        if (_keysUsed == _keys.Length)
        {
            RandomNumberGenerator.Fill(_keys);
            _keysUsed = 0;
        }

        var key = BinaryPrimitives.ReadUInt32LittleEndian(_keys.AsSpan(_keysUsed));
        _keysUsed += sizeof(uint);
        return key;
    }

    private void LetGo()
    {
        if (_held is { } end)
        {
            _held = null;
            _pipe.Input.AdvanceTo(end);
        }
    }

    private void LookAfterPeer()
    {
        if (_keepAlive.Timeout is { } timeout && _time.GetElapsedTime(Volatile.Read(ref _heardAt)) >= timeout)
        {
            Abort();
        }
        else if (_sending.CurrentCount > 0) // otherwise something is on its way already
        {
            _ = SendAsync(WebSocketFrame.Opcode.Ping, default).AsTask(); // its end is a value, never an exception
        }
    }

    private static byte[] ClosePayload(ushort code, string reason)
    {
        var payload = new byte[sizeof(ushort) + Encoding.UTF8.GetByteCount(reason)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, code);
        Encoding.UTF8.GetBytes(reason, payload.AsSpan(sizeof(ushort)));
        return payload.Length <= WebSocketFrame.MaxControlBytes ? payload : throw new ArgumentException("A close reason has at most 123 bytes.", nameof(reason));
    }

    // What a pipe throws when the connection ends under it, on whichever of its layers that is noticed.
    private static bool IsConnectionEnd(Exception e) =>
        e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;

    private SocketRead End(SocketRead end)
    {
        _end = end;
        return end;
    }
}
