using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace PhoneAgent.Simulator.Load;

/// <summary>Takes what a <see cref="FrameSocket"/> receives, on the thread that received it.</summary>
internal interface IFrameReader
{
    /// <summary>One message, valid during the call.</summary>
    void OnMessage(ReadOnlySpan<byte> utf8, long receivedAt);

    /// <summary>The connection is over; told once.</summary>
    void OnEnded(string how);
}

/// <summary>
/// One end of a WebSocket whose handshake is done. Receiving allocates nothing and runs where the bytes arrive; sending
/// is one call of the system for each frame. Pings and the closing handshake it answers itself.
/// </summary>
internal sealed class FrameSocket : IDisposable
{
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;
    private readonly IFrameReader _reader;
    private readonly uint? _mask;
    private readonly Lock _sending = new();
    private readonly SocketAsyncEventArgs _receive = new(true);
    private byte[] _buffer = new byte[16 * 1024];
    private int _filled;
    private int _ended;

    /// <summary>Takes over a socket.</summary>
    /// <param name="socket">Connected, its handshake done.</param>
    /// <param name="isClient">Frames must be masked.</param>
    /// <param name="reader">Takes what comes.</param>
    public FrameSocket(Socket socket, bool isClient, IFrameReader reader)
    {
        _socket = socket;
        _socket.NoDelay = true;
        _socket.SendTimeout = (int)SendTimeout.TotalMilliseconds;
        _reader = reader;
        _mask = isClient ? BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))) : null;
        _receive.Completed += (_, _) => Received();
    }

    /// <summary>Begins to receive; what the handshake read too much comes first.</summary>
    public void Start(ReadOnlySpan<byte> leftOver)
    {
        leftOver.CopyTo(_buffer);
        _filled = leftOver.Length;
        if (TakeFrames())
        {
            Receive();
        }
    }

    /// <summary>
    /// Sends a text message that stands behind <see cref="Frames.MaxHeaderBytes"/> of free room in the buffer, which is
    /// overwritten. False when the connection is over.
    /// </summary>
    public bool SendText(Span<byte> roomAndMessage)
    {
        Span<byte> header = stackalloc byte[Frames.MaxHeaderBytes];
        var message = roomAndMessage[Frames.MaxHeaderBytes..];
        header = header[..Frames.WriteHeader(header, Frames.Text, message.Length, _mask)];
        if (_mask is { } key)
        {
            Frames.Mask(message, key);
        }

        var frame = roomAndMessage[(Frames.MaxHeaderBytes - header.Length)..];
        header.CopyTo(frame);
        return SendFrame(frame);
    }

    /// <summary>Sends a frame that is prepared to its last byte; false when the connection is over.</summary>
    public bool SendFrame(ReadOnlySpan<byte> frame)
    {
        if (Volatile.Read(ref _ended) != 0)
        {
            return false;
        }

        try
        {
            lock (_sending)
            {
                for (var sent = 0; sent < frame.Length;)
                {
                    sent += _socket.Send(frame[sent..], SocketFlags.None);
                }
            }

            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            End("it takes nothing any more");
            return false;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Interlocked.Exchange(ref _ended, 1);
        _socket.Dispose();
    }

    private void Receive()
    {
        try
        {
            do
            {
                if (_filled == _buffer.Length)
                {
                    Array.Resize(ref _buffer, 2 * _buffer.Length);
                }

                _receive.SetBuffer(_buffer, _filled, _buffer.Length - _filled);
                if (_socket.ReceiveAsync(_receive))
                {
                    return; // Received goes on when bytes come
                }
            }
            while (Take());
        }
        catch (ObjectDisposedException)
        {
            End("it was given up");
        }
    }

    private void Received()
    {
        if (Take())
        {
            Receive();
        }
    }

    private bool Take()
    {
        if (_receive.SocketError != SocketError.Success || _receive.BytesTransferred == 0)
        {
            End("it broke");
            return false;
        }

        _filled += _receive.BytesTransferred;
        return TakeFrames();
    }

    private bool TakeFrames()
    {
        var now = Stopwatch.GetTimestamp();
        var at = 0;
        try
        {
            while (Frames.TryRead(_buffer.AsSpan(at, _filled - at), out var opcode, out var payload, out var length))
            {
                if (!Handle(opcode, _buffer.AsSpan(at, length)[payload], now))
                {
                    return false;
                }

                at += length;
            }
        }
        catch (NotSupportedException e)
        {
            End(e.Message);
            return false;
        }

        _buffer.AsSpan(at, _filled - at).CopyTo(_buffer);
        _filled -= at;
        return true;
    }

    private bool Handle(byte opcode, Span<byte> payload, long now)
    {
        switch (opcode)
        {
            case Frames.Ping:
                Answer(Frames.Pong, payload);
                return true;
            case Frames.Close:
                Answer(Frames.Close, payload);
                End(payload.Length >= 2 ? $"the relay closed it with {(payload[0] << 8) | payload[1]}" : "the relay closed it");
                return false;
            case Frames.Text or Frames.Binary:
                _reader.OnMessage(payload, now);
                return true;
            default:
                return true;
        }
    }

    private void Answer(byte opcode, Span<byte> payload)
    {
        Span<byte> frame = stackalloc byte[Frames.MaxHeaderBytes + 125]; // a control frame carries no more
        var header = Frames.WriteHeader(frame, opcode, payload.Length, _mask);
        payload.CopyTo(frame[header..]);
        if (_mask is { } key)
        {
            Frames.Mask(frame.Slice(header, payload.Length), key);
        }

        SendFrame(frame[..(header + payload.Length)]);
    }

    private void End(string how)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _reader.OnEnded(how);
        }
    }
}
