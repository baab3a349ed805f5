using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PhoneAgent.Simulator.Load;

/// <summary>
/// WebSocket frames, written and read in place: a load that used a full WebSocket would spend more than the relay it
/// measures. Unfragmented, no extensions. Source: RFC 6455, section 5.2.
/// </summary>
internal static class Frames
{
    /// <summary>Opcodes of whole messages and of control frames.</summary>
    public const byte Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10;

    /// <summary>The longest header.</summary>
    public const int MaxHeaderBytes = 14;

    private const byte Final = 0x80;
    private const byte Masked = 0x80;

    /// <summary>Writes a header; behind it stands the payload, from a client masked with <see cref="Mask"/>. Returns its length.</summary>
    public static int WriteHeader(Span<byte> frame, byte opcode, int payload, uint? mask)
    {
        frame[0] = (byte)(Final | opcode);
        var length = 2;
        if (payload < 126)
        {
            frame[1] = (byte)payload;
        }
        else if (payload <= ushort.MaxValue)
        {
            frame[1] = 126;
            BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)payload);
            length = 4;
        }
        else
        {
            frame[1] = 127;
            BinaryPrimitives.WriteUInt64BigEndian(frame[2..], (ulong)payload);
            length = 10;
        }

        if (mask is { } key)
        {
            frame[1] |= Masked;
            MemoryMarshal.Write(frame[length..], key);
            length += sizeof(uint);
        }

        return length;
    }

    /// <summary>A whole frame as a server sends it.</summary>
    public static byte[] Unmasked(byte opcode, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[MaxHeaderBytes];
        header = header[..WriteHeader(header, opcode, payload.Length, null)];
        return [.. header, .. payload];
    }

    /// <summary>Masks a payload, or takes its mask off.</summary>
    public static void Mask(Span<byte> payload, uint key)
    {
        var wide = MemoryMarshal.Cast<byte, ulong>(payload);
        var keys = ((ulong)key << 32) | key;
        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] ^= keys;
        }

        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        MemoryMarshal.Write(bytes, key);
        for (var i = wide.Length * sizeof(ulong); i < payload.Length; i++)
        {
            payload[i] ^= bytes[i % sizeof(uint)];
        }
    }

    /// <summary>Finds the frame at the start of what was received and takes its mask off; false while it is not all there.</summary>
    /// <exception cref="NotSupportedException">A frame that this reader does not know.</exception>
    public static bool TryRead(Span<byte> received, out byte opcode, out Range payload, out int length)
    {
        (opcode, payload, length) = (0, default, 0);
        if (received.Length < 2)
        {
            return false;
        }

        opcode = (byte)(received[0] & 0x0F);
        if ((received[0] & 0xF0) != Final || opcode == Continuation)
        {
            throw new NotSupportedException("The relay sent a fragmented or extended WebSocket frame, which the load does not read.");
        }

        var masked = (received[1] & Masked) != 0;
        var count = (long)(received[1] & 0x7F);
        var header = count switch { 126 => 4, 127 => 10, _ => 2 };
        var start = header + (masked ? sizeof(uint) : 0);
        if (received.Length < start)
        {
            return false;
        }

        count = count switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(received[2..]),
            127 => (long)BinaryPrimitives.ReadUInt64BigEndian(received[2..]),
            _ => count,
        };
        length = (int)Math.Min(start + count, int.MaxValue);
        payload = start..length;
        if (received.Length < length)
        {
            return false;
        }

        if (masked)
        {
            Mask(received[payload], MemoryMarshal.Read<uint>(received[header..]));
        }

        return true;
    }
}
