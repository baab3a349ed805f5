using System.Numerics;

namespace PhoneAgent.MediaRelay.Audio;

/// <summary>Between 16-bit samples and the floats the filters compute with. Rounds to nearest, halves to even, and saturates.</summary>
internal static class Pcm16
{
    /// <summary>One filter sum to a sample.</summary>
    public static short FromFloat(float sum) => (short)Math.Clamp((int)MathF.Round(sum), short.MinValue, short.MaxValue);

    /// <summary>Filter sums to samples still as wide as the sums, which stay far from the limits of 32 bits.</summary>
    public static Vector<int> FromFloat(Vector<float> sums) =>
        Vector.Min(
            Vector.Max(Vector.ConvertToInt32Native(Vector.Round(sums)), new Vector<int>(short.MinValue)),
            new Vector<int>(short.MaxValue));

    /// <summary>Filter sums to samples, one each.</summary>
    public static void FromFloat(ReadOnlySpan<float> sums, Span<short> pcm)
    {
        var done = 0;
        for (; done <= sums.Length - Vector<short>.Count; done += Vector<short>.Count)
        {
            var low = FromFloat(new Vector<float>(sums[done..]));
            var high = FromFloat(new Vector<float>(sums[(done + Vector<float>.Count)..]));
            Vector.Narrow(low, high).CopyTo(pcm[done..]);
        }

        for (; done < sums.Length; done++)
        {
            pcm[done] = FromFloat(sums[done]);
        }
    }

    /// <summary>Samples to floats, one each.</summary>
    public static void ToFloat(ReadOnlySpan<short> pcm, Span<float> floats)
    {
        var done = 0;
        for (; done <= pcm.Length - Vector<short>.Count; done += Vector<short>.Count)
        {
            Vector.Widen(new Vector<short>(pcm[done..]), out var low, out var high);
            Vector.ConvertToSingle(low).CopyTo(floats[done..]);
            Vector.ConvertToSingle(high).CopyTo(floats[(done + Vector<float>.Count)..]);
        }

        for (; done < pcm.Length; done++)
        {
            floats[done] = pcm[done];
        }
    }
}
