namespace PhoneAgent.Simulator.Sound;

/// <summary>Mono 16-bit sound in memory.</summary>
/// <param name="Samples">The samples.</param>
/// <param name="Rate">Samples per second.</param>
public sealed record PcmAudio(short[] Samples, int Rate)
{
    /// <summary>How long it plays.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds((double)Samples.Length / Rate);
}
