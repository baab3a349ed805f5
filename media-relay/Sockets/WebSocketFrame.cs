using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace PhoneAgent.MediaRelay.Sockets;

/// <summary>
/// The format of WebSocket frames.
/// <code>
///  byte 0: FIN, RSV1–3, opcode (4 bits)     1: MASK, length (7 bits)     then: length in 2 bytes after 126, 8 after 127; 4 bytes of mask
/// </code>
/// Source: RFC 6455, section 5.2.
/// </summary>
internal static class WebSocketFrame
{
    /// <summary>The longest header.</summary>
    public const int MaxHeaderBytes = 14;

    /// <summary>The longest payload of a control frame.</summary>
    public const int MaxControlBytes = 125;

    private const byte Final = 0x80;
    private const byte Masked = 0x80;

    /// <summary>Writes the header of an unfragmented frame; returns its length, at most <see cref="MaxHeaderBytes"/>.</summary>
    /// <param name="header">Where it is written.</param>
    /// <param name="opcode">What the frame is.</param>
    /// <param name="payload">Length of what follows, bytes.</param>
    /// <param name="mask">A client's masking key; null for a server.</param>
    public static int WriteHeader(Span<byte> header, Opcode opcode, int payload, uint? mask)
    {
        header[0] = (byte)(Final | (byte)opcode);
        var length = 2;
        if (payload <= MaxControlBytes)
        {
            header[1] = (byte)payload;
        }
        else if (payload <= ushort.MaxValue)
        {
            header[1] = 126;
            BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)payload);
            length += sizeof(ushort);
        }
        else
        {
            header[1] = 127;
            BinaryPrimitives.WriteUInt64BigEndian(header[2..], (ulong)payload);
            length += sizeof(ulong);
        }

        if (mask is { } key)
        {
            header[1] |= Masked;
            BinaryPrimitives.WriteUInt32LittleEndian(header[length..], key);
            length += sizeof(uint);
        }

        return length;
    }

    /// <summary>Reads a header; false while it is not all there.</summary>
    /// <param name="arrived">Begins with the header.</param>
    /// <param name="header">What it says; not checked against the rules.</param>
    public static bool TryReadHeader(ReadOnlySpan<byte> arrived, out Header header)
    {
        header = default;
        if (arrived.Length < 2)
        {
            return false;
        }

        var isMasked = (arrived[1] & Masked) != 0;
        var payload = (ulong)(arrived[1] & ~Masked);
        var maskAt = payload switch { 126 => 2 + sizeof(ushort), 127 => 2 + sizeof(ulong), _ => 2 };
        var length = maskAt + (isMasked ? sizeof(uint) : 0);
        if (arrived.Length < length)
        {
            return false;
        }

        payload = payload switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(arrived[2..]),
            127 => BinaryPrimitives.ReadUInt64BigEndian(arrived[2..]),
            _ => payload,
        };
        var mask = isMasked ? BinaryPrimitives.ReadUInt32LittleEndian(arrived[maskAt..]) : (uint?)null;
        header = new Header(length, (Opcode)(arrived[0] & 0x0F), (arrived[0] & Final) != 0, (arrived[0] & 0x70) != 0, payload, mask);
        return true;
    }

    /// <summary>Masks a payload, or takes its mask off. Source: RFC 6455, section 5.3.</summary>
    /// <param name="from">The payload, or a piece of it.</param>
    /// <param name="key">As it stands in the header, its first byte lowest; for a piece see <see cref="After"/>.</param>
    /// <param name="to">As long as <paramref name="from"/>; may be the same.</param>
    public static void Mask(ReadOnlySpan<byte> from, uint key, Span<byte> to)
    {
        var keys = Vector.AsVectorByte(new Vector<uint>(BitConverter.IsLittleEndian ? key : BinaryPrimitives.ReverseEndianness(key)));
        var at = 0;
        for (; at <= from.Length - Vector<byte>.Count; at += Vector<byte>.Count)
        {
            (new Vector<byte>(from[at..]) ^ keys).CopyTo(to[at..]);
        }

        for (; at < from.Length; at++)
        {
            to[at] = (byte)(from[at] ^ (key >> (8 * (at % sizeof(uint)))));
        }
    }

    /// <summary>The key with which masking goes on after so many bytes.</summary>
    public static uint After(uint key, int bytes) => BitOperations.RotateRight(key, 8 * (bytes % sizeof(uint)));

    /// <summary>The payload of a close frame. Source: RFC 6455, section 5.5.1.</summary>
    /// <param name="code">A close code.</param>
    /// <param name="reason">At most 123 bytes of UTF-8.</param>
    /// <exception cref="ArgumentException">The reason is longer.</exception>
    public static byte[] ClosePayload(ushort code, string reason)
    {
        var payload = new byte[sizeof(ushort) + Encoding.UTF8.GetByteCount(reason)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, code);
        Encoding.UTF8.GetBytes(reason, payload.AsSpan(sizeof(ushort)));
        return payload.Length <= MaxControlBytes ? payload : throw new ArgumentException("A close reason has at most 123 bytes.", nameof(reason));
    }

    /// <summary>What a frame is; other values are reserved.</summary>
    public enum Opcode : byte
    {
        /// <summary>Goes on with the message before.</summary>
        Continuation = 0x0,

        /// <summary>UTF-8.</summary>
        Text = 0x1,

        /// <summary>Bytes.</summary>
        Binary = 0x2,

        /// <summary>The sender says no more.</summary>
        Close = 0x8,

        /// <summary>Asks for a <see cref="Pong"/>.</summary>
        Ping = 0x9,

        /// <summary>Answers a <see cref="Ping"/>.</summary>
        Pong = 0xA,
    }

    /// <summary>What a header says.</summary>
    /// <param name="Length">Its own length, bytes.</param>
    /// <param name="Opcode">What the frame is.</param>
    /// <param name="IsFinal">Whether the message ends with it.</param>
    /// <param name="IsExtended">Whether bits are set that an extension would have to explain.</param>
    /// <param name="Payload">Length of what follows, bytes.</param>
    /// <param name="Mask">The masking key, or null.</param>
    public readonly record struct Header(int Length, Opcode Opcode, bool IsFinal, bool IsExtended, ulong Payload, uint? Mask)
    {
        /// <summary>Whether it may stand between the pieces of a message.</summary>
        public bool IsControl => Opcode >= Opcode.Close;
    }
}
