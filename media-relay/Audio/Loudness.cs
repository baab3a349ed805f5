using System.Numerics;

namespace PhoneAgent.MediaRelay.Audio;

/// <summary>How loud a piece of telephone audio is.</summary>
internal static class Loudness
{
    // As many codes as are decoded at a time; a frame passes in one go.
    private const int Slice = Telephony.FrameBytes;

    /// <summary>The mean magnitude of the samples, 0 to 32,124; 0 for no samples.</summary>
    public static int Of(ReadOnlySpan<byte> mulaw)
    {
        Span<short> pcm = stackalloc short[Slice];
        long sum = 0;
        for (var rest = mulaw; !rest.IsEmpty;)
        {
            var slice = rest[..Math.Min(rest.Length, Slice)];
            MuLaw.Decode(slice, pcm);
            sum += SumOfMagnitudes(pcm[..slice.Length]);
            rest = rest[slice.Length..];
        }

        return mulaw.IsEmpty ? 0 : (int)(sum / mulaw.Length);
    }

    private static long SumOfMagnitudes(ReadOnlySpan<short> pcm)
    {
        var sums = Vector<int>.Zero;
        var done = 0;
        for (; done <= pcm.Length - Vector<short>.Count; done += Vector<short>.Count)
        {
            Vector.Widen(Vector.Abs(new Vector<short>(pcm[done..])), out var low, out var high);
            sums += low + high;
        }

        long sum = Vector.Sum(sums);
        for (; done < pcm.Length; done++)
        {
            sum += Math.Abs((int)pcm[done]);
        }

        return sum;
    }
}
