using System.Buffers.Text;
using System.Runtime.InteropServices;
using PhoneAgent.Simulator.Sound;

namespace PhoneAgent.Simulator.Load;

/// <summary>Audio as it stands in a message, of which single samples can be looked at without decoding the rest.</summary>
internal readonly ref struct Base64Audio
{
    private readonly ReadOnlySpan<byte> _base64;
    private readonly int _sampleBytes;

    private Base64Audio(ReadOnlySpan<byte> base64, int sampleBytes)
    {
        _base64 = base64;
        _sampleBytes = sampleBytes;
        var padding = base64.EndsWith("=="u8) ? 2 : base64.EndsWith("="u8) ? 1 : 0;
        Length = ((base64.Length / 4 * 3) - padding) / sampleBytes;
    }

    /// <summary>Samples it holds.</summary>
    public int Length { get; }

    /// <summary>One sample, 16-bit.</summary>
    public int this[int index]
    {
        get
        {
            var (group, offset) = Math.DivRem(index * _sampleBytes, 3);
            Span<byte> bytes = stackalloc byte[6];
            Base64.DecodeFromUtf8(_base64.Slice(group * 4, Math.Min(8, _base64.Length - (group * 4))), bytes, out _, out _);
            return _sampleBytes == 1 ? G711.FromMuLaw(bytes[offset]) : MemoryMarshal.Read<short>(bytes[offset..]);
        }
    }

    /// <summary>Audio in µ-law.</summary>
    public static Base64Audio MuLaw(ReadOnlySpan<byte> base64) => new(base64, 1);

    /// <summary>Audio in PCM16, little-endian.</summary>
    public static Base64Audio Pcm16(ReadOnlySpan<byte> base64) => new(base64, 2);
}
