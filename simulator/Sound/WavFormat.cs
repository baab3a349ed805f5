using System.Buffers.Binary;

namespace PhoneAgent.Simulator.Sound;

/// <summary>
/// How a WAV file's samples are stored: its <c>fmt </c> chunk.
/// Source: https://learn.microsoft.com/windows/win32/api/mmreg/ns-mmreg-waveformatextensible
/// </summary>
/// <param name="Coding">What one sample's bytes mean.</param>
/// <param name="Channels">Interleaved channels.</param>
/// <param name="Rate">Frames per second.</param>
/// <param name="SampleBytes">Bytes of one sample of one channel.</param>
internal sealed record WavFormat(WavCoding Coding, int Channels, int Rate, int SampleBytes)
{
    private const int Pcm = 1;
    private const int Float = 3;
    private const int ALaw = 6;
    private const int MuLaw = 7;
    private const int Extensible = 0xFFFE;

    public int FrameBytes => Channels * SampleBytes;

    /// <exception cref="NotAWavException">The format cannot be read.</exception>
    public static WavFormat Parse(ReadOnlySpan<byte> chunk, string name)
    {
        if (chunk.Length < 16)
        {
            throw new NotAWavException($"{name}: the WAV header is cut short.");
        }

        int tag = BinaryPrimitives.ReadUInt16LittleEndian(chunk);
        if (tag == Extensible)
        {
            // The first two bytes of the sub-format's GUID are the tag it stands for.
            tag = chunk.Length >= 26
                ? BinaryPrimitives.ReadUInt16LittleEndian(chunk[24..])
                : throw new NotAWavException($"{name}: the WAV header is cut short.");
        }

        int channels = BinaryPrimitives.ReadUInt16LittleEndian(chunk[2..]);
        var rate = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]);
        if (channels is < 1 or > 32)
        {
            throw new NotAWavException($"{name}: {channels} channels cannot be read (1 to 32 can).");
        }

        if (rate is < 1_000 or > 768_000)
        {
            throw new NotAWavException($"{name}: {rate} samples per second cannot be read (1,000 to 768,000 can).");
        }

        var coding = (tag, bits) switch
        {
            (Pcm, 8) => WavCoding.Unsigned8,
            (Pcm, 16) => WavCoding.Signed16,
            (Pcm, 24) => WavCoding.Signed24,
            (Pcm, 32) => WavCoding.Signed32,
            (Float, 32) => WavCoding.Float32,
            (ALaw, 8) => WavCoding.ALaw,
            (MuLaw, 8) => WavCoding.MuLaw,
            _ => throw new NotAWavException(
                $"{name}: WAV format {tag} with {bits} bits cannot be read (8/16/24/32-bit PCM, 32-bit float, µ-law and A-law can)."),
        };
        return new WavFormat(coding, channels, (int)rate, bits / 8);
    }

    /// <summary>One sample as 16-bit linear.</summary>
    public short Sample(ReadOnlySpan<byte> bytes) => Coding switch
    {
        WavCoding.Unsigned8 => (short)((bytes[0] - 128) << 8),
        WavCoding.Signed16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        WavCoding.Signed24 => Rounded(bytes[0] | (bytes[1] << 8) | ((sbyte)bytes[2] << 16), 8),
        WavCoding.Signed32 => Rounded(BinaryPrimitives.ReadInt32LittleEndian(bytes), 16),
        WavCoding.Float32 => FromFloat(BinaryPrimitives.ReadSingleLittleEndian(bytes)),
        WavCoding.ALaw => G711.FromALaw(bytes[0]),
        _ => G711.FromMuLaw(bytes[0]),
    };

    private static short Rounded(long value, int shift) =>
        (short)Math.Min(short.MaxValue, (value + (1L << (shift - 1))) >> shift);

    private static short FromFloat(float value) =>
        float.IsNaN(value) ? (short)0 : (short)Math.Clamp(MathF.Round(value * 32768f), short.MinValue, short.MaxValue);
}

/// <summary>What the bytes of a sample mean.</summary>
internal enum WavCoding
{
    Unsigned8,
    Signed16,
    Signed24,
    Signed32,
    Float32,
    ALaw,
    MuLaw,
}
