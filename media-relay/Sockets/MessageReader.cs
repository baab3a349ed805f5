using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
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

    // What stays where it arrived is held back from whoever brings more, so it must be little of what a pipe takes.
    private const int MostInPlace = 16 * 1_024;

    private readonly byte[] _control = new byte[WebSocketFrame.MaxControlBytes];
    private byte[] _buffer = [];
    private WebSocketFrame.Header _frame;
    private bool _inFrame;
    private ulong _left;
    private uint _mask;
    private int _controlLength;
    private WebSocketFrame.Opcode? _message;
    private int _length;
    private bool _skipping;

    /// <summary>The message taken last, valid until the next one is begun; one that is in place only as long as what had arrived.</summary>
    public ReadOnlyMemory<byte> Message { get; private set; }

    /// <summary>Whether the message taken last still lies where it arrived.</summary>
    public bool IsInPlace { get; private set; }

    /// <summary>The payload of the control frame taken last.</summary>
    public ReadOnlySpan<byte> Control => _control.AsSpan(0, _controlLength);

    /// <summary>The peer's close code, 0 when it gave none; of a violation the code to close with.</summary>
    public int CloseCode { get; private set; }

    /// <summary>The peer's close reason; null when it gave none.</summary>
    public string? CloseReason { get; private set; }

    /// <summary>Takes frames from the beginning of what has arrived, up to the first thing worth telling.</summary>
    /// <param name="arrived">What was taken is cut off. Written to, where it is unmasked: nobody else may read it.</param>
    public Taken Take(ref ReadOnlySequence<byte> arrived)
    {
        while (true)
        {
            if (!_inFrame)
            {
                if (!TryBegin(ref arrived, out var told) || told != Taken.Nothing)
                {
                    return told;
                }
            }

            if (!TryTakeWhole(ref arrived))
            {
                Copy(ref arrived);
                if (_left > 0)
                {
                    return Taken.Nothing;
                }

                (Message, IsInPlace) = (_buffer.AsMemory(0, _length), false);
            }

            _inFrame = false;
            if (Complete() is var complete && complete != Taken.Nothing)
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
    private bool TryBegin(ref ReadOnlySequence<byte> arrived, out Taken told)
    {
        Span<byte> copy = stackalloc byte[WebSocketFrame.MaxHeaderBytes];
        scoped var head = arrived.FirstSpan;
        if (head.Length < copy.Length && !arrived.IsSingleSegment)
        {
            var beginning = arrived.Slice(0, Math.Min(copy.Length, arrived.Length));
            beginning.CopyTo(copy);
            head = copy[..(int)beginning.Length];
        }

        told = Taken.Nothing;
        if (!WebSocketFrame.TryReadHeader(head, out var frame))
        {
            return false;
        }

        if (!IsAllowed(frame))
        {
            told = Violated(ProtocolError);
            return false;
        }

        arrived = arrived.Slice(frame.Length);
        (_frame, _inFrame, _left, _mask) = (frame, true, frame.Payload, frame.Mask ?? 0);
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

    private bool TryTakeWhole(ref ReadOnlySequence<byte> arrived)
    {
        var isMessage = _frame is { Opcode: WebSocketFrame.Opcode.Text or WebSocketFrame.Opcode.Binary, IsFinal: true, Payload: <= MostInPlace };
        if (!isMessage || _skipping || _left != _frame.Payload || arrived.First.Length < (int)_left)
        {
            return false;
        }

        var payload = MemoryMarshal.AsMemory(arrived.First[..(int)_left]);
        if (_frame.Mask is { } key)
        {
            WebSocketFrame.Mask(payload.Span, key, payload.Span);
        }

        (Message, IsInPlace, _left) = (payload, true, 0);
        arrived = arrived.Slice(payload.Length);
        return true;
    }

    private void Copy(ref ReadOnlySequence<byte> arrived)
    {
        var here = (long)Math.Min(_left, (ulong)arrived.Length);
        foreach (var segment in arrived.Slice(0, here))
        {
            if (_frame.IsControl)
            {
                Unmask(segment.Span, _control.AsSpan(_controlLength));
                _controlLength += segment.Length;
            }
            else if (!_skipping)
            {
                Unmask(segment.Span, Room(segment.Length));
                _length += segment.Length;
            }
        }

        _left -= (ulong)here;
        arrived = arrived.Slice(here);
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

    private Taken Complete()
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
            : isText && !Utf8.IsValid(Message.Span) ? Violated(InvalidPayload)
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
