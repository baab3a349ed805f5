using System.Buffers.Binary;

namespace PhoneAgent.Tests.Relay.Sockets;

/// <summary>Frames as RFC 6455 draws them, byte by byte, and bytes as a network may cut them.</summary>
internal static class Frames
{
    public const byte Continuation = 0x0, Text = 0x1, Binary = 0x2, Close = 0x8, Ping = 0x9, Pong = 0xA, Final = 0x80;

    public static byte[] Frame(byte first, ReadOnlySpan<byte> payload, byte[]? mask = null)
    {
        var frame = new List<byte> { first };
        var masked = mask is null ? 0 : 0x80;
        var length = new byte[8];
        switch (payload.Length)
        {
            case < 126:
                frame.Add((byte)(masked | payload.Length));
                break;
            case < 65_536:
                frame.Add((byte)(masked | 126));
                BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)payload.Length);
                frame.AddRange(length[..2]);
                break;
            default:
                frame.Add((byte)(masked | 127));
                BinaryPrimitives.WriteUInt64BigEndian(length, (ulong)payload.Length);
                frame.AddRange(length);
                break;
        }

        frame.AddRange(mask ?? []);
        for (var i = 0; i < payload.Length; i++)
        {
            frame.Add(mask is null ? payload[i] : (byte)(payload[i] ^ mask[i % 4]));
        }

        return [.. frame];
    }

    /// <summary>A text of so many letters.</summary>
    public static byte[] Letters(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)('a' + (i % 23)))];
}
