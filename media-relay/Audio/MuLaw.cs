namespace PhoneAgent.MediaRelay.Audio;

/// <summary>
/// G.711 µ-law, the telephone network's 8-bit companding of 8 kHz speech. Linear values are 16-bit, the 14-bit values of
/// the standard shifted left by two. Source: ITU-T G.711 (11/88), table 2a/2b.
/// </summary>
public static class MuLaw
{
    private const int Bias = 0x84;
    private const int Clip = 32635;

    /// <summary>The code of digital silence (+0).</summary>
    public const byte Silence = 0xFF;

    /// <summary>One code to its 16-bit linear value, −32,124 to 32,124.</summary>
    public static short Decode(byte code)
    {
        var inverted = ~code & 0xFF;
        var magnitude = ((((inverted & 0x0F) << 3) + Bias) << ((inverted >> 4) & 7)) - Bias;
        return (short)((inverted & 0x80) != 0 ? -magnitude : magnitude);
    }

    /// <summary>One 16-bit linear value to the nearest code.</summary>
    public static byte Encode(short linear)
    {
        var sign = linear < 0 ? 0x80 : 0;
        var magnitude = Math.Min(Math.Abs((int)linear), Clip) + Bias;
        var segment = int.Log2(magnitude) - 7;
        var mantissa = (magnitude >> (segment + 3)) & 0x0F;
        return (byte)~(sign | (segment << 4) | mantissa);
    }

    /// <summary>Codes to linear values, one each.</summary>
    /// <exception cref="ArgumentException"><paramref name="linear"/> is shorter than <paramref name="codes"/>.</exception>
    public static void Decode(ReadOnlySpan<byte> codes, Span<short> linear)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(linear.Length, codes.Length, nameof(linear));
        for (var i = 0; i < codes.Length; i++)
        {
            linear[i] = Decode(codes[i]);
        }
    }

    /// <summary>Linear values to codes, one each.</summary>
    /// <exception cref="ArgumentException"><paramref name="codes"/> is shorter than <paramref name="linear"/>.</exception>
    public static void Encode(ReadOnlySpan<short> linear, Span<byte> codes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(codes.Length, linear.Length, nameof(codes));
        for (var i = 0; i < linear.Length; i++)
        {
            codes[i] = Encode(linear[i]);
        }
    }
}
