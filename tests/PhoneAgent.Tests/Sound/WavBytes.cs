using System.Buffers.Binary;
using System.Text;

namespace PhoneAgent.Tests.Sound;

/// <summary>WAV files put together by hand, also such as no sane tool would write.</summary>
internal static class WavBytes
{
    public static byte[] File(params byte[][] chunks)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes("WAVE"), .. chunks.SelectMany(chunk => chunk)];
        return [.. Encoding.ASCII.GetBytes("RIFF"), .. Int32((uint)body.Length), .. body];
    }

    public static byte[] Chunk(string id, byte[] body, uint? size = null) =>
        [.. Encoding.ASCII.GetBytes(id), .. Int32(size ?? (uint)body.Length), .. body, .. body.Length % 2 == 1 ? new byte[1] : []];

    public static byte[] Format(int tag, int channels, int rate, int bits) =>
        Chunk("fmt ", FormatBody(tag, channels, rate, bits));

    public static byte[] ExtensibleFormat(int subTag, int channels, int rate, int bits) =>
        Chunk("fmt ", [.. FormatBody(0xFFFE, channels, rate, bits), .. Int16(22), .. Int16(bits), .. Int32(0), .. Int16(subTag), .. new byte[14]]);

    public static byte[] Samples16(params short[] samples) => [.. samples.SelectMany(s => Int16(s))];

    public static byte[] Int32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] Int16(int value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] FormatBody(int tag, int channels, int rate, int bits) =>
    [
        .. Int16(tag), .. Int16(channels), .. Int32((uint)rate), .. Int32((uint)(rate * channels * bits / 8)),
        .. Int16(channels * bits / 8), .. Int16(bits),
    ];
}
