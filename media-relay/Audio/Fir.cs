using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PhoneAgent.MediaRelay.Audio;

/// <summary>
/// The inner loop of both resamplers: outputs side by side in vector registers, taps one after the other. An output is
/// the same sequence of fused multiply-adds at every register width and in the resamplers' scalar reference paths,
/// so the audio does not depend on the machine, nor on where chunks begin and end.
/// </summary>
internal static class Fir
{
    /// <summary>
    /// Outputs are computed in multiples of this: five registers of sixteen floats. Five sums in flight hide the latency
    /// of the multiply-add, and a 20 ms frame (160 outputs) is two such blocks.
    /// </summary>
    public const int Block = 80;

    /// <summary>The least multiple of <see cref="Block"/> that holds <paramref name="outputs"/>.</summary>
    public static int WholeBlocks(int outputs) => (outputs + Block - 1) / Block * Block;

    /// <summary>
    /// sums[i] = Σ taps[p·T + k] · lines[p·L + i + k], first over k, then over the phases p; T taps and L samples a phase.
    /// </summary>
    /// <param name="taps">The taps of phase 0, then those of phase 1, …</param>
    /// <param name="lines">The samples of phase 0, then those of phase 1, …; at least sums + taps − 1 in each.</param>
    /// <param name="phases">How many phases.</param>
    /// <param name="sums">The outputs; a multiple of <see cref="Block"/>.</param>
    public static void Filter(ReadOnlySpan<float> taps, ReadOnlySpan<float> lines, int phases, Span<float> sums)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Filter<Lanes16, Vector512<float>>(taps, lines, phases, sums);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Filter<Lanes8, Vector256<float>>(taps, lines, phases, sums);
        }
        else
        {
            Filter<Lanes4, Vector128<float>>(taps, lines, phases, sums);
        }
    }

    internal static void Filter<TLanes, TVector>(ReadOnlySpan<float> taps, ReadOnlySpan<float> lines, int phases, Span<float> sums)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        var tapsPerPhase = taps.Length / phases;
        var lineLength = lines.Length / phases;
        Debug.Assert(sums.Length % Block == 0 && sums.Length + tapsPerPhase - 1 <= lineLength, "The loads below are not checked.");

        var width = (nuint)TLanes.Count;
        ref var output = ref MemoryMarshal.GetReference(sums);
        for (nuint i = 0; i < (nuint)sums.Length; i += 5 * width)
        {
            TVector sum0 = default, sum1 = default, sum2 = default, sum3 = default, sum4 = default;
            for (var phase = 0; phase < phases; phase++)
            {
                ref readonly var line = ref MemoryMarshal.GetReference(lines[(phase * lineLength)..]);
                var at = i;
                foreach (var value in taps.Slice(phase * tapsPerPhase, tapsPerPhase))
                {
                    var tap = TLanes.Broadcast(value);
                    sum0 = TLanes.MultiplyAdd(tap, TLanes.Load(in line, at), sum0);
                    sum1 = TLanes.MultiplyAdd(tap, TLanes.Load(in line, at + width), sum1);
                    sum2 = TLanes.MultiplyAdd(tap, TLanes.Load(in line, at + (2 * width)), sum2);
                    sum3 = TLanes.MultiplyAdd(tap, TLanes.Load(in line, at + (3 * width)), sum3);
                    sum4 = TLanes.MultiplyAdd(tap, TLanes.Load(in line, at + (4 * width)), sum4);
                    at++;
                }
            }

            TLanes.Store(sum0, ref output, i);
            TLanes.Store(sum1, ref output, i + width);
            TLanes.Store(sum2, ref output, i + (2 * width));
            TLanes.Store(sum3, ref output, i + (3 * width));
            TLanes.Store(sum4, ref output, i + (4 * width));
        }
    }
}
