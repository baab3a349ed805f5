using System.Numerics;
using PhoneAgent.Simulator.Sound;

namespace PhoneAgent.Simulator.Load;

/// <summary>
/// The alphabet in which the load writes into sound: sixteen constant levels, eight loud ones a factor of two apart and
/// their negatives. Companding and any clean resampler carry them; half a step of 3 dB is left for errors.
/// </summary>
internal static class Levels
{
    /// <summary>How many there are.</summary>
    public const int Count = 16;

    /// <summary>What <see cref="Of"/> says of sound that is quieter than any level.</summary>
    public const int Silence = -1;

    private const int Quietest = 180;

    /// <summary>The level as a 16-bit sample.</summary>
    public static short Amplitude(int level) => (short)(level < Count / 2 ? Quietest << level : -(Quietest << (level - (Count / 2))));

    /// <summary>The level as a µ-law code.</summary>
    public static byte MuLaw(int level) =>
        (byte)Enumerable.Range(0, 256).MinBy(code => Math.Abs(G711.FromMuLaw((byte)code) - Amplitude(level)));

    /// <summary>The level nearest to a sample, on the scale of loudness.</summary>
    public static int Of(int sample)
    {
        var steps = (uint)(Math.Abs(sample) * 181 / (128 * Quietest)); // times √2: the border lies between two levels
        if (steps == 0)
        {
            return Silence;
        }

        var level = Math.Min(BitOperations.Log2(steps), (Count / 2) - 1);
        return sample < 0 ? level + (Count / 2) : level;
    }

    /// <summary>The level this many steps further on, round the alphabet.</summary>
    public static int Wrap(long level) => (int)(level & (Count - 1));
}
