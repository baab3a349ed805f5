using System.Buffers.Binary;

namespace PhoneAgent.Core.Recordings;

/// <summary>The header of a WAV file of µ-law, 8 kHz, two channels. Source: RFC 2361, WAVE_FORMAT_MULAW, and Microsoft's RIFF WAVE format.</summary>
public static class StereoWav
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = 58;

    private const int Rate = 8_000;
    private const short Channels = 2;

    /// <summary>The header of a file with so much audio.</summary>
    /// <param name="dataLength">Bytes of audio; more than a WAV file can name counts as the most it can.</param>
    public static byte[] Header(long dataLength)
    {
        var data = (uint)Math.Min(dataLength, uint.MaxValue - HeaderLength);
        var header = new byte[HeaderLength];
        var rest = header.AsSpan();
        Put(ref rest, "RIFF"u8);
        Put(ref rest, data + HeaderLength - 8);
        Put(ref rest, "WAVEfmt "u8);
        Put(ref rest, 18u);
        Put(ref rest, (short)7);
        Put(ref rest, Channels);
        Put(ref rest, (uint)Rate);
        Put(ref rest, (uint)(Rate * Channels));
        Put(ref rest, Channels);
        Put(ref rest, (short)8);
        Put(ref rest, (short)0);
        Put(ref rest, "fact"u8);
        Put(ref rest, 4u);
        Put(ref rest, data / (uint)Channels);
        Put(ref rest, "data"u8);
        Put(ref rest, data);
        return header;
    }

    private static void Put(ref Span<byte> rest, ReadOnlySpan<byte> text)
    {
        text.CopyTo(rest);
        rest = rest[text.Length..];
    }

    private static void Put(ref Span<byte> rest, uint number)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(rest, number);
        rest = rest[sizeof(uint)..];
    }

    private static void Put(ref Span<byte> rest, short number)
    {
        BinaryPrimitives.WriteInt16LittleEndian(rest, number);
        rest = rest[sizeof(short)..];
    }
}
