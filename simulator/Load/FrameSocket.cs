using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace PhoneAgent.Simulator.Load;

/// <summary>Takes what a <see cref="FrameSocket"/> receives, on the thread that asks it.</summary>
internal interface IFrameReader
{
    /// <summary>One message, valid during the call.</summary>
    void OnMessage(ReadOnlySpan<byte> utf8, long receivedAt);

    /// <summary>The connection is over; told once.</summary>
    void OnEnded(string how);
}

/// <summary>
/// One end of a WebSocket whose handshake is done. What has arrived is taken when <see cref="Take"/> asks; nobody sleeps until
/// bytes come, see <see cref="Metronome"/>. Sending is one call of the system for each frame. Pings and the closing handshake it answers
/// itself.
/// </summary>
internal sealed class FrameSocket : IDisposable
{
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(5);

    private readonly IFrameReader _reader;
    private readonly uint? _mask;
    private readonly Lock _sending = new();
    private byte[] _buffer = new byte[16 * 1024];
    private int _filled;
    private int _ended;

    /// <summary>Takes over a socket.</summary>
    /// <param name="socket">Connected, its handshake done.</param>
    /// <param name="isClient">Frames must be masked.</param>
    /// <param name="reader">Takes what comes.</param>
    /// <param name="leftOver">What the handshake read too much.</param>
    public FrameSocket(Socket socket, bool isClient, IFrameReader reader, ReadOnlySpan<byte> leftOver)
    {
        Socket = socket;
        Socket.NoDelay = true;
        Socket.Blocking = false;
        _reader = reader;
        _mask = isClient ? BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))) : null;
        leftOver.CopyTo(_buffer);
        _filled = leftOver.Length;
    }

    /// <summary>The connection, to ask whether something has arrived.</summary>
    public Socket Socket { get; }

    /// <summary>Whether nothing more will come.</summary>
    public bool IsOver => Volatile.Read(ref _ended) != 0;

    /// <summary>Takes what has arrived, and never waits. For one thread.</summary>
    public void Take()
    {
        if (IsOver || !TakeFrames())
        {
            return;
        }

        if (_filled == _buffer.Length)
        {
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }

        try
        {
            var received = Socket.Receive(_buffer.AsSpan(_filled), SocketFlags.None, out var error);
            if (received > 0)
            {
                _filled += received;
                TakeFrames();
            }
            else if (error != SocketError.WouldBlock)
            {
                End("it broke");
            }
        }
        catch (ObjectDisposedException)
        {
            End("it was given up");
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
        if (IsOver)
        {
            return false;
        }

        try
        {
            lock (_sending)
            {
                Send(frame);
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
        Socket.Dispose();
    }

    private void Send(ReadOnlySpan<byte> frame)
    {
        for (long? since = null; !frame.IsEmpty;)
        {
            var sent = Socket.Send(frame, SocketFlags.None, out var error);
            frame = frame[sent..];
            if (error == SocketError.WouldBlock && Stopwatch.GetElapsedTime(since ??= Stopwatch.GetTimestamp()) < SendTimeout)
            {
                Thread.Sleep(1);
            }
            else if (error != SocketError.Success)
            {
                throw new SocketException((int)error);
            }
        }
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
