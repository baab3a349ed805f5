namespace PhoneAgent.Tests.Phone;

/// <summary>Something audible: 440 Hz at −12 dBFS.</summary>
internal static class Tones
{
    public static short[] Pcm(int ms) => [.. Enumerable.Range(0, ms * 8).Select(n => (short)(8192 * Math.Sin(2 * Math.PI * 440 * n / 8000)))];

    public static byte[] MuLaw(int ms)
    {
        var pcm = Pcm(ms);
        var codes = new byte[pcm.Length];
        MediaRelay.Audio.MuLaw.Encode(pcm, codes);
        return codes;
    }
}
