using System.Numerics;
using System.Runtime.InteropServices;

namespace PhoneAgent.MediaRelay.Audio;

/// <summary>
/// The caller's audio on its way to Gemini: 8 kHz PCM to 16 kHz PCM, two samples out for each one in. One instance per
/// call; chunks of any size give the same samples.
/// </summary>
/// <remarks>
/// A half-band filter of 71 taps at 16 kHz, cut-off (−6 dB) 4 kHz. Every second tap of a half-band filter is zero but the
/// middle one, so every second output is an input sample itself, delayed, and the others come from one filter of
/// 36 taps that interpolates half-way between two samples. Its design is flat from 0 to 3400 Hz.
/// Response over 300–3400 Hz within ±0.001 dB; images of these tones (4600–7700 Hz) at −90 dB; delay 35 samples of 16 kHz,
/// 2.19 ms.
/// </remarks>
public sealed class Upsampler8To16
{
    private const int TapCount = 36;

    // A frame of 20 ms at a time: the scratch stays on the stack and in the first-level cache.
    private const int BlockInput = 2 * Fir.Block;

    private static readonly float[] Taps = EquirippleFir.Design(TapCount, sampleHz: 8000, passHz: 3400);

    private readonly short[] _history = new short[TapCount - 1];

    /// <summary>Converts the next chunk. Writes exactly twice as many samples as it reads.</summary>
    /// <param name="pcm8k">The next samples at 8 kHz, any number.</param>
    /// <param name="pcm16k">Takes the samples at 16 kHz; must not overlap the input.</param>
    /// <exception cref="ArgumentException"><paramref name="pcm16k"/> is too short or overlaps the input.</exception>
    public void Process(ReadOnlySpan<short> pcm8k, Span<short> pcm16k)
    {
        ThrowIfUnfit(pcm8k, pcm16k);
        while (pcm8k.Length > 0)
        {
            var count = Math.Min(pcm8k.Length, BlockInput);
            ProcessBlock(pcm8k[..count], pcm16k[..(2 * count)]);
            pcm8k = pcm8k[count..];
            pcm16k = pcm16k[(2 * count)..];
        }
    }

    /// <summary>Forgets the audio so far, as if the instance were new.</summary>
    public void Reset() => Array.Clear(_history);

    /// <summary>The same as <see cref="Process"/>, one sample at a time: the reference that tests hold it against.</summary>
    internal void ProcessScalar(ReadOnlySpan<short> pcm8k, Span<short> pcm16k)
    {
        ThrowIfUnfit(pcm8k, pcm16k);
        Span<short> window = stackalloc short[TapCount];
        for (var i = 0; i < pcm8k.Length; i++)
        {
            _history.CopyTo(window);
            window[^1] = pcm8k[i];
            var sum = 0f;
            for (var k = 0; k < TapCount; k++)
            {
                sum = MathF.FusedMultiplyAdd(Taps[k], window[k], sum);
            }

            pcm16k[2 * i] = Pcm16.FromFloat(sum);
            pcm16k[(2 * i) + 1] = window[TapCount / 2];
            window[1..].CopyTo(_history);
        }
    }

    // What lies behind the samples in the scratch is left as it is: it reaches only sums that are thrown away.
    private void ProcessBlock(ReadOnlySpan<short> pcm8k, Span<short> pcm16k)
    {
        var outputs = Fir.WholeBlocks(pcm8k.Length);
        Span<short> window = stackalloc short[TapCount - 1 + BlockInput];
        Span<float> line = stackalloc float[TapCount - 1 + BlockInput];
        Span<float> sums = stackalloc float[BlockInput];

        _history.CopyTo(window);
        pcm8k.CopyTo(window[_history.Length..]);
        window.Slice(pcm8k.Length, _history.Length).CopyTo(_history);

        Pcm16.ToFloat(window, line);
        Fir.Filter(Taps, line, phases: 1, sums[..outputs]);
        Interleave(sums[..pcm8k.Length], window[(TapCount / 2)..], pcm16k);
    }

    /// <summary>Pairs each half-way sample with the input sample after it. A pair is one 32-bit number, the first sample in its low half.</summary>
    private static void Interleave(ReadOnlySpan<float> halfway, ReadOnlySpan<short> delayed, Span<short> pcm16k)
    {
        var pairs = MemoryMarshal.Cast<short, int>(pcm16k);
        var done = 0;
        for (; done <= halfway.Length - Vector<short>.Count; done += Vector<short>.Count)
        {
            Vector.Widen(new Vector<short>(delayed[done..]), out var low, out var high);
            Pair(halfway[done..], low).CopyTo(pairs[done..]);
            Pair(halfway[(done + Vector<int>.Count)..], high).CopyTo(pairs[(done + Vector<int>.Count)..]);
        }

        for (; done < halfway.Length; done++)
        {
            pcm16k[2 * done] = Pcm16.FromFloat(halfway[done]);
            pcm16k[(2 * done) + 1] = delayed[done];
        }
    }

    private static Vector<int> Pair(ReadOnlySpan<float> halfway, Vector<int> delayed) =>
        (Pcm16.FromFloat(new Vector<float>(halfway)) & new Vector<int>(0xFFFF)) | (delayed << 16);

    private static void ThrowIfUnfit(ReadOnlySpan<short> pcm8k, Span<short> pcm16k)
    {
        if (pcm16k.Length / 2 < pcm8k.Length)
        {
            throw new ArgumentException($"{pcm8k.Length} samples at 8 kHz become {2L * pcm8k.Length} at 16 kHz; there is room for {pcm16k.Length}.", nameof(pcm16k));
        }

        if (pcm8k.Overlaps(pcm16k))
        {
            throw new ArgumentException("Input and output must not overlap.", nameof(pcm16k));
        }
    }
}
