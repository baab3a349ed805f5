using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.Simulator.Phone.Callers;

/// <summary>A clip as it goes over the line: µ-law in whole frames, without the silence around the words.</summary>
internal sealed class SpokenLine
{
    private readonly byte[] _mulaw;

    public SpokenLine(CallerLine line, ReadOnlySpan<short> pcm8k)
    {
        Line = line;
        var frames = (pcm8k.Length + LineFrames.Bytes - 1) / LineFrames.Bytes;
        var mulaw = new byte[frames * LineFrames.Bytes];
        mulaw.AsSpan().Fill(LineFrames.Silence);
        MuLaw.Encode(pcm8k, mulaw);
        _mulaw = Trim(mulaw);
    }

    public CallerLine Line { get; }

    public int Frames => _mulaw.Length / LineFrames.Bytes;

    public ReadOnlySpan<byte> this[int frame] => _mulaw.AsSpan(frame * LineFrames.Bytes, LineFrames.Bytes);

    /// <summary>Response times count from the last audible frame; a clip that is silent throughout stays as it is.</summary>
    private static byte[] Trim(byte[] mulaw)
    {
        var audible = Enumerable.Range(0, mulaw.Length / LineFrames.Bytes)
            .Where(frame => Loudness.IsAudible(mulaw.AsSpan(frame * LineFrames.Bytes, LineFrames.Bytes)))
            .ToList();
        return audible.Count == 0 ? mulaw : mulaw[(audible[0] * LineFrames.Bytes)..((audible[^1] + 1) * LineFrames.Bytes)];
    }
}
