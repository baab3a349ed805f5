using System.Numerics;

namespace PhoneAgent.MediaRelay.Audio;

/// <summary>
/// G.711 µ-law, the telephone network's 8-bit companding of 8 kHz speech. Linear values are 16-bit, the 14-bit values of
/// the standard shifted left by two. Source: ITU-T G.711 (11/88), table 2a/2b, https://www.itu.int/rec/T-REC-G.711.
/// </summary>
/// <remarks>
/// A code, inverted, is a tiny floating-point number: sign, three bits of exponent, four of mantissa, with a bias of 132
/// to take off. So the span versions let the processor's own floats do the companding: a code's seven low bits, shifted
/// to where a float keeps the end of its exponent and the start of its mantissa and added to the bits of 132.0, are the
/// biased magnitude; and the other way round. Every step is exact.
/// </remarks>
public static class MuLaw
{
    private const int Bias = 0x84;
    private const int Clip = 32635;

    // How far a code's exponent and mantissa are shifted in a float: the mantissa has 23 bits there and 4 here.
    private const int FloatShift = 23 - 4;

    // The exponent of the first segment in a float: with the bias its magnitudes begin at 2^7.
    private const int FirstExponent = 127 + 7;

    /// <summary>The code of digital silence (+0).</summary>
    public const byte Silence = 0xFF;

    /// <summary>One code to its 16-bit linear value, −32,124 to 32,124.</summary>
    public static short Decode(byte code)
    {
        var inverted = ~code & 0xFF;
        var magnitude = ((((inverted & 0x0F) << 3) + Bias) << ((inverted >> 4) & 7)) - Bias;
        return (short)((inverted & 0x80) != 0 ? -magnitude : magnitude);
    }

    /// <summary>
    /// One 16-bit linear value to the code of the interval it lies in. A value that is exactly a decision value of the standard
    /// belongs to the interval of larger magnitudes. What is beyond the last interval, ±32,636, gets the last code.
    /// </summary>
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
        var done = 0;
        for (; done <= codes.Length - Vector<byte>.Count; done += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(codes[done..]), out var low, out var high);
            Decode(low).CopyTo(linear[done..]);
            Decode(high).CopyTo(linear[(done + Vector<short>.Count)..]);
        }

        for (; done < codes.Length; done++)
        {
            linear[done] = Decode(codes[done]);
        }
    }

    /// <summary>Linear values to codes, one each.</summary>
    /// <exception cref="ArgumentException"><paramref name="codes"/> is shorter than <paramref name="linear"/>.</exception>
    public static void Encode(ReadOnlySpan<short> linear, Span<byte> codes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(codes.Length, linear.Length, nameof(codes));
        var done = 0;
        for (; done <= linear.Length - Vector<byte>.Count; done += Vector<byte>.Count)
        {
            var low = Encode(new Vector<short>(linear[done..]));
            var high = Encode(new Vector<short>(linear[(done + Vector<short>.Count)..]));
            Vector.Narrow(low, high).CopyTo(codes[done..]);
        }

        for (; done < linear.Length; done++)
        {
            codes[done] = Encode(linear[done]);
        }
    }

    private static Vector<short> Decode(Vector<ushort> codes)
    {
        Vector.Widen(codes, out var low, out var high);
        return Vector.Narrow(Decode(low), Decode(high));
    }

    private static Vector<int> Decode(Vector<uint> codes)
    {
        // Codes stand inverted on the line: counted down from the largest magnitude they need no inverting here.
        var largest = new Vector<uint>(BitConverter.SingleToUInt32Bits(Bias) + (0x7F << FloatShift));
        var biased = Vector.AsVectorSingle(largest - ((codes & new Vector<uint>(0x7F)) << FloatShift));
        var negative = Vector.AsVectorUInt32(new Vector<float>(Bias) - biased);
        var positive = (codes & new Vector<uint>(0x80)) << 24;
        return Vector.ConvertToInt32Native(Vector.AsVectorSingle(negative ^ positive));
    }

    private static Vector<ushort> Encode(Vector<short> linear)
    {
        var clipped = Vector.Min(Vector.Max(linear, new Vector<short>(-Clip)), new Vector<short>(Clip));
        Vector.Widen(Vector.Abs(clipped) + new Vector<short>(Bias), out var low, out var high);
        var magnitude = Vector.Narrow(ExponentAndMantissa(low), ExponentAndMantissa(high)) - new Vector<ushort>(FirstExponent << 4);
        var sign = (Vector.AsVectorUInt16(linear) >>> 8) & new Vector<ushort>(0x80);
        return (magnitude | sign) ^ new Vector<ushort>(0xFF);
    }

    private static Vector<uint> ExponentAndMantissa(Vector<int> biased) =>
        Vector.AsVectorUInt32(Vector.ConvertToSingle(biased)) >>> FloatShift;
}
