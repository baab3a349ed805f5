using System.Runtime.Intrinsics;

namespace PhoneAgent.MediaRelay.Audio;

/// <summary>
/// The agent's audio on its way to the caller: 24 kHz PCM to 8 kHz PCM, one sample out for every third one in. One
/// instance per call; chunks of any size give the same samples.
/// </summary>
/// <remarks>
/// A linear-phase low-pass of 108 taps at 24 kHz, passband to 3400 Hz, stopband from 4200 Hz, designed equiripple with the
/// stopband a hundred times more exact than the passband. Only every third output exists, so the filter is three filters of
/// 36 taps, one for each position of a sample in its triple.
/// Response over 300–3400 Hz within ±0.05 dB; aliases of 4.2–12 kHz below −84 dB but for the rounding to 16 bits; delay
/// 53.5 samples of 24 kHz, 2.23 ms.
/// </remarks>
public sealed class Downsampler24To8
{
    /// <summary>Samples of silence, at 8 kHz, after which a sound has left the filter to its last trace.</summary>
    public const int TailSamples = TapsPerPhase;

    private const int Phases = 3;
    private const int TapsPerPhase = 36;
    private const int TapCount = Phases * TapsPerPhase;

    // A frame of 20 ms at a time: the scratch stays on the stack and in the first-level cache.
    private const int BlockInput = Phases * BlockOutput;
    private const int BlockOutput = 2 * Fir.Block;

    // Samples of one phase in the scratch: what a block of outputs needs, rounded up to whole vectors of 8.
    private const int LineLength = (BlockOutput + TapsPerPhase - 1 + 7) / 8 * 8;

    // The taps of phase 0 (the oldest sample of a triple), then of phase 1, then of phase 2.
    private static readonly float[] Taps = ByPhase(
        EquirippleFir.Design(TapCount, sampleHz: 24_000, passHz: 3400, stopHz: 4200, stopWeight: 100));

    // The newest samples: what the next output needs but for its last triple, and up to two samples of that.
    private readonly short[] _held = new short[TapCount];
    private int _heldCount = TapCount - Phases;

    /// <summary>How many samples the next <see cref="Process"/> writes for so many read.</summary>
    public int OutputLength(int inputLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(inputLength);
        return (int)(((uint)(_heldCount - (TapCount - Phases)) + (uint)inputLength) / Phases);
    }

    /// <summary>Converts the next chunk. Over the stream it writes exactly one sample for every three read.</summary>
    /// <param name="pcm24k">The next samples at 24 kHz, any number.</param>
    /// <param name="pcm8k">Takes the samples at 8 kHz, <see cref="OutputLength"/> of them; must not overlap the input.</param>
    /// <returns>The number of samples written.</returns>
    /// <exception cref="ArgumentException"><paramref name="pcm8k"/> is too short or overlaps the input.</exception>
    public int Process(ReadOnlySpan<short> pcm24k, Span<short> pcm8k)
    {
        ThrowIfUnfit(pcm24k, pcm8k);
        var written = 0;
        while (pcm24k.Length > 0)
        {
            var count = Math.Min(pcm24k.Length, BlockInput);
            written += ProcessBlock(pcm24k[..count], pcm8k[written..]);
            pcm24k = pcm24k[count..];
        }

        return written;
    }

    /// <summary>Forgets the audio so far, as if the instance were new.</summary>
    public void Reset()
    {
        Array.Clear(_held);
        _heldCount = TapCount - Phases;
    }

    /// <summary>The same as <see cref="Process"/>, one sample at a time: the reference that tests hold it against.</summary>
    internal int ProcessScalar(ReadOnlySpan<short> pcm24k, Span<short> pcm8k)
    {
        ThrowIfUnfit(pcm24k, pcm8k);
        var written = 0;
        foreach (var sample in pcm24k)
        {
            _held[_heldCount++] = sample;
            if (_heldCount < TapCount)
            {
                continue;
            }

            var sum = 0f;
            for (var k = 0; k < TapCount; k++)
            {
                var (phase, triple) = (k / TapsPerPhase, k % TapsPerPhase);
                sum = MathF.FusedMultiplyAdd(Taps[k], _held[(Phases * triple) + phase], sum);
            }

            pcm8k[written++] = Pcm16.FromFloat(sum);
            _held.AsSpan(Phases).CopyTo(_held);
            _heldCount -= Phases;
        }

        return written;
    }

    // What lies behind the samples in the scratch is left as it is: it reaches only sums that are thrown away.
    private int ProcessBlock(ReadOnlySpan<short> pcm24k, Span<short> pcm8k)
    {
        var outputs = OutputLength(pcm24k.Length);
        Span<short> window = stackalloc short[Phases * LineLength];
        Span<float> lines = stackalloc float[Phases * LineLength];
        Span<float> sums = stackalloc float[BlockOutput];

        _held.AsSpan(0, _heldCount).CopyTo(window);
        pcm24k.CopyTo(window[_heldCount..]);
        var rest = window[(Phases * outputs)..(_heldCount + pcm24k.Length)];
        rest.CopyTo(_held);
        _heldCount = rest.Length;

        SplitTriples(window, lines);
        Fir.Filter(Taps, lines, Phases, sums[..Fir.WholeBlocks(outputs)]);
        Pcm16.FromFloat(sums[..outputs], pcm8k);
        return outputs;
    }

    /// <summary>Sorts samples by their place in the triple, a line each: eight triples are three vectors in and three out.</summary>
    private static void SplitTriples(ReadOnlySpan<short> window, Span<float> lines)
    {
        for (var i = 0; i < LineLength; i += 8)
        {
            var a = Vector128.Create(window.Slice(Phases * i, 8));
            var b = Vector128.Create(window.Slice((Phases * i) + 8, 8));
            var c = Vector128.Create(window.Slice((Phases * i) + 16, 8));

            // −1 picks no sample: the three partial vectors are zero where the others have theirs.
            var first = Vector128.Shuffle(a, Vector128.Create(0, 3, 6, -1, -1, -1, -1, -1))
                | Vector128.Shuffle(b, Vector128.Create(-1, -1, -1, 1, 4, 7, -1, -1))
                | Vector128.Shuffle(c, Vector128.Create(-1, -1, -1, -1, -1, -1, 2, 5));
            var second = Vector128.Shuffle(a, Vector128.Create(1, 4, 7, -1, -1, -1, -1, -1))
                | Vector128.Shuffle(b, Vector128.Create(-1, -1, -1, 2, 5, -1, -1, -1))
                | Vector128.Shuffle(c, Vector128.Create(-1, -1, -1, -1, -1, 0, 3, 6));
            var third = Vector128.Shuffle(a, Vector128.Create(2, 5, -1, -1, -1, -1, -1, -1))
                | Vector128.Shuffle(b, Vector128.Create(-1, -1, 0, 3, 6, -1, -1, -1))
                | Vector128.Shuffle(c, Vector128.Create(-1, -1, -1, -1, -1, 1, 4, 7));

            Store(first, lines[i..]);
            Store(second, lines[(LineLength + i)..]);
            Store(third, lines[((2 * LineLength) + i)..]);
        }
    }

    private static void Store(Vector128<short> samples, Span<float> line)
    {
        var (low, high) = Vector128.Widen(samples);
        Vector128.ConvertToSingle(low).CopyTo(line);
        Vector128.ConvertToSingle(high).CopyTo(line[4..]);
    }

    private static float[] ByPhase(float[] taps)
    {
        var sorted = new float[TapCount];
        for (var k = 0; k < TapCount; k++)
        {
            sorted[(k % Phases * TapsPerPhase) + (k / Phases)] = taps[k];
        }

        return sorted;
    }

    private void ThrowIfUnfit(ReadOnlySpan<short> pcm24k, Span<short> pcm8k)
    {
        var length = OutputLength(pcm24k.Length);
        if (pcm8k.Length < length)
        {
            throw new ArgumentException($"The next {pcm24k.Length} samples at 24 kHz become {length} at 8 kHz; there is room for {pcm8k.Length}.", nameof(pcm8k));
        }

        if (pcm24k.Overlaps(pcm8k))
        {
            throw new ArgumentException("Input and output must not overlap.", nameof(pcm8k));
        }
    }
}
