using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.Simulator.Phone;

/// <summary>Tells speech from silence by its energy.</summary>
internal static class Loudness
{
    /// <summary>−44 dBFS: below quiet speech, above the noise of µ-law and of a good line.</summary>
    private const double AudibleRms = 200;

    public static bool IsAudible(ReadOnlySpan<byte> mulaw)
    {
        double energy = 0;
        foreach (var code in mulaw)
        {
            double sample = MuLaw.Decode(code);
            energy += sample * sample;
        }

        return energy > AudibleRms * AudibleRms * mulaw.Length;
    }
}
