using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace PhoneAgent.MediaRelay.Sockets;

/// <summary>
/// Puts a peer's messages together from its frames, however they arrive: cut anywhere, fragmented, with control frames between the fragments.
/// A message that lies in one piece, as almost all do, is unmasked where it lies and stays there: what was just received is in the processor's cache, and a
/// copy for each of hundreds of calls would not be. Others are put together in a buffer that grows to the largest
/// seen and is given back to the pool at the end. Not thread-safe. Source: RFC 6455, sections 5.4 to 5.6, 7.4 and 8.1.
/// </summary>
internal sealed class MessageReader(bool peerMasks, int maxMessageBytes) : IDisposable
{
    private const int ProtocolError = 1002;
    private const int InvalidPayload = 1007;
    private const int FirstBytes = 2_048;

    private readonly byte[] _control = new byte[WebSocketFrame.MaxControlBytes];
    private readonly byte[] _head = new byte[WebSocketFrame.MaxHeaderBytes];
    private int _headLength; // of a header that has not come whole
    private byte[] _buffer = [];
    private WebSocketFrame.Header _frame;
    private bool _inFrame;
    private ulong _left;
    private uint _mask;
    private int _controlLength;
    private WebSocketFrame.Opcode? _message;
    private int _length;
    private bool _skipping;

    /// <summary>The payload of the control frame taken last.</summary>
    public ReadOnlySpan<byte> Control => _control.AsSpan(0, _controlLength);

    /// <summary>The peer's close code, 0 when it gave none; of a violation the code to close with.</summary>
    public int CloseCode { get; private set; }

    /// <summary>The peer's close reason; null when it gave none.</summary>
    public string? CloseReason { get; private set; }

    /// <summary>Takes frames from the beginning of what has arrived, up to the first thing worth telling; all of it, when there is none.</summary>
    /// <param name="arrived">What was taken is cut off. Written to, where it is unmasked.</param>
    /// <param name="message">Of <see cref="Taken.Message"/>: its bytes, valid until more is taken and no longer than what had arrived.</param>
    public Taken Take(ref Span<byte> arrived, out ReadOnlySpan<byte> message)
    {
        message = default;
        while (true)
        {
            if (!_inFrame)
            {
                if (!TryBegin(ref arrived, out var told) || told != Taken.Nothing)
                {
                    return told;
                }
            }

            if (!TryTakeWhole(ref arrived, out message))
            {
                Copy(ref arrived);
                if (_left > 0)
                {
                    return Taken.Nothing;
                }

                message = _buffer.AsSpan(0, _length);
            }

            _inFrame = false;
            if (Complete(message) is var complete && complete != Taken.Nothing)
            {
                return complete;
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => GiveBufferBack();

    private void GiveBufferBack()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Begins the next frame. False with nothing: its header is not all there.
    private bool TryBegin(ref Span<byte> arrived, out Taken told)
    {
        told = Taken.Nothing;
        var before = _headLength;
        scoped ReadOnlySpan<byte> head = arrived;
        if (before > 0)
        {
            head = head[..Math.Min(head.Length, _head.Length - before)];
            head.CopyTo(_head.AsSpan(before));
            head = _head.AsSpan(0, before + head.Length);
        }

        if (!WebSocketFrame.TryReadHeader(head, out var frame))
        {
            head.CopyTo(_head);
            _headLength = head.Length;
            arrived = default;
            return false;
        }

        if (!IsAllowed(frame))
        {
            told = Violated(ProtocolError);
            return false;
        }

        arrived = arrived[(frame.Length - before)..];
        (_frame, _headLength, _inFrame, _left, _mask) = (frame, 0, true, frame.Payload, frame.Mask ?? 0);
        if (frame.IsControl)
        {
            _controlLength = 0;
        }
        else
        {
            told = BeginMessage(frame);
        }

        return true;
    }

    private bool IsAllowed(in WebSocketFrame.Header frame) =>
        !frame.IsExtended
        && frame.Mask.HasValue == peerMasks
        && frame.Payload <= long.MaxValue
        && frame.Opcode switch
        {
            WebSocketFrame.Opcode.Continuation => _message is not null,
            WebSocketFrame.Opcode.Text or WebSocketFrame.Opcode.Binary => _message is null,
            WebSocketFrame.Opcode.Close or WebSocketFrame.Opcode.Ping or WebSocketFrame.Opcode.Pong => frame.IsFinal && frame.Payload <= WebSocketFrame.MaxControlBytes,
            _ => false,
        };

    private Taken BeginMessage(in WebSocketFrame.Header frame)
    {
        if (frame.Opcode != WebSocketFrame.Opcode.Continuation)
        {
            (_message, _length, _skipping) = (frame.Opcode, 0, false);
        }

        if (_skipping || frame.Payload <= (ulong)(maxMessageBytes - _length))
        {
            return Taken.Nothing;
        }

        _skipping = true;
        return Taken.TooLarge;
    }

    private bool TryTakeWhole(ref Span<byte> arrived, out ReadOnlySpan<byte> message)
    {
        message = default;
        var isMessage = _frame is { Opcode: WebSocketFrame.Opcode.Text or WebSocketFrame.Opcode.Binary, IsFinal: true };
        if (!isMessage || _skipping || _left != _frame.Payload || (ulong)arrived.Length < _left)
        {
            return false;
        }

        var payload = arrived[..(int)_left];
        if (_frame.Mask is { } key)
        {
            WebSocketFrame.Mask(payload, key, payload);
        }

        message = payload;
        arrived = arrived[payload.Length..];
        _left = 0;
        return true;
    }

    private void Copy(ref Span<byte> arrived)
    {
        var here = arrived[..(int)Math.Min(_left, (ulong)arrived.Length)];
        if (_frame.IsControl)
        {
            Unmask(here, _control.AsSpan(_controlLength));
            _controlLength += here.Length;
        }
        else if (!_skipping)
        {
            Unmask(here, Room(here.Length));
            _length += here.Length;
        }

        _left -= (ulong)here.Length;
        arrived = arrived[here.Length..];
    }

    private void Unmask(ReadOnlySpan<byte> piece, Span<byte> to)
    {
        if (_frame.Mask is null)
        {
            piece.CopyTo(to);
        }
        else
        {
            WebSocketFrame.Mask(piece, _mask, to);
            _mask = WebSocketFrame.After(_mask, piece.Length);
        }
    }

    // Grows by what has arrived, not by what a header promises.
    private Span<byte> Room(int more)
    {
        if (_buffer.Length - _length < more)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(Math.Max(Math.Max(FirstBytes, 2 * _buffer.Length), _length + more), maxMessageBytes));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            GiveBufferBack();
            _buffer = larger;
        }

        return _buffer.AsSpan(_length);
    }

    private Taken Complete(ReadOnlySpan<byte> message)
    {
        switch (_frame.Opcode)
        {
            case WebSocketFrame.Opcode.Ping:
                return Taken.Ping;
            case WebSocketFrame.Opcode.Pong:
                return Taken.Pong;
            case WebSocketFrame.Opcode.Close:
                return Closed();
            case var _ when !_frame.IsFinal:
                return Taken.Nothing;
        }

        var isText = _message == WebSocketFrame.Opcode.Text;
        _message = null;
        return _skipping ? Taken.Nothing
            : isText && !Utf8.IsValid(message) ? Violated(InvalidPayload)
            : Taken.Message;
    }

    private Taken Closed()
    {
        if (Control.IsEmpty)
        {
            (CloseCode, CloseReason) = (0, null);
            return Taken.Close;
        }

        var code = Control.Length > 1 ? BinaryPrimitives.ReadUInt16BigEndian(Control) : 0;
        if (code is not ((>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999)))
        {
            return Violated(ProtocolError);
        }

        var reason = Control[sizeof(ushort)..];
        if (!Utf8.IsValid(reason))
        {
            return Violated(InvalidPayload);
        }

        (CloseCode, CloseReason) = (code, Encoding.UTF8.GetString(reason));
        return Taken.Close;
    }

    private Taken Violated(int code)
    {
        (CloseCode, CloseReason) = (code, null);
        return Taken.Violation;
    }
}
