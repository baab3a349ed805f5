using System.Buffers.Binary;
using System.Text;

namespace PhoneAgent.Simulator.Sound;

/// <summary>
/// Reads what callers bring as WAV and writes what a call left behind.
/// Source: https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html
/// </summary>
public static class WavFile
{
    private const int HeaderBytes = 44;
    private const long LargestBytes = 1 << 30;

    /// <summary>Reads a file; several channels are mixed to one.</summary>
    /// <exception cref="NotAWavException">It is no WAV, or one that cannot be read.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static PcmAudio Read(string path)
    {
        var name = Path.GetFileName(path);
        return new FileInfo(path) is { Exists: true, Length: > LargestBytes }
            ? throw new NotAWavException($"{name}: larger than 1 GB, which is longer than any call.")
            : Parse(File.ReadAllBytes(path), name);
    }

    /// <summary>Reads a WAV held in memory; several channels are mixed to one.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="NotAWavException">It is no WAV, or one that cannot be read.</exception>
    public static PcmAudio Parse(ReadOnlySpan<byte> file, string name)
    {
        if (file.Length < 12 || !Is(file, "RIFF") || !Is(file[8..], "WAVE"))
        {
            throw new NotAWavException($"{name}: not a WAV file (it does not begin with RIFF … WAVE).");
        }

        WavFormat? format = null;
        ReadOnlySpan<byte> data = default;
        var dataSeen = false;
        for (var rest = file[12..]; rest.Length >= 8;)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            var body = rest[8..];
            if (Is(rest, "data") && !dataSeen)
            {
                // 0 and 0xFFFFFFFF are what tools write that stream and cannot seek back; the sound then goes on to the end.
                var toTheEnd = size > body.Length || (size == 0 && Streamed(body));
                data = toTheEnd ? body : body[..(int)size];
                size = (uint)data.Length;
                dataSeen = true;
            }
            else if (Is(rest, "fmt "))
            {
                format = WavFormat.Parse(body[..(int)Math.Min(size, body.Length)], name);
            }

            var next = (long)size + (size & 1); // chunks are padded to an even length
            rest = next >= body.Length ? default : body[(int)next..];
        }

        return (format, dataSeen) switch
        {
            (null, _) => throw new NotAWavException($"{name}: the WAV file has no format chunk."),
            (_, false) => throw new NotAWavException($"{name}: the WAV file has no sound in it."),
            _ => new PcmAudio(Mono(data, format), format.Rate),
        };
    }

    /// <summary>Writes 16-bit PCM, one channel.</summary>
    public static void WriteMono(string path, ReadOnlySpan<short> samples, int rate)
    {
        var file = Header(samples.Length, 1, rate);
        for (var i = 0; i < samples.Length; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(HeaderBytes + (2 * i)), samples[i]);
        }

        File.WriteAllBytes(path, file);
    }

    /// <summary>Writes 16-bit PCM, two channels; the shorter one ends in silence.</summary>
    public static void WriteStereo(string path, ReadOnlySpan<short> left, ReadOnlySpan<short> right, int rate)
    {
        var frames = Math.Max(left.Length, right.Length);
        var file = Header(frames, 2, rate);
        for (var i = 0; i < frames; i++)
        {
            var frame = file.AsSpan(HeaderBytes + (4 * i));
            BinaryPrimitives.WriteInt16LittleEndian(frame, i < left.Length ? left[i] : (short)0);
            BinaryPrimitives.WriteInt16LittleEndian(frame[2..], i < right.Length ? right[i] : (short)0);
        }

        File.WriteAllBytes(path, file);
    }

    private static byte[] Header(int frames, int channels, int rate)
    {
        var dataBytes = checked(frames * channels * 2);
        var file = new byte[HeaderBytes + dataBytes];
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), HeaderBytes - 8 + dataBytes);
        "WAVEfmt "u8.CopyTo(file.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(22), (short)channels);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), rate);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(28), rate * channels * 2);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(32), (short)(channels * 2));
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(34), 16);
        "data"u8.CopyTo(file.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(40), dataBytes);
        return file;
    }

    private static short[] Mono(ReadOnlySpan<byte> data, WavFormat format)
    {
        var mono = new short[data.Length / format.FrameBytes]; // a frame cut in half at the end is dropped
        for (var i = 0; i < mono.Length; i++)
        {
            var frame = data.Slice(i * format.FrameBytes, format.FrameBytes);
            var sum = 0;
            for (var channel = 0; channel < format.Channels; channel++)
            {
                sum += format.Sample(frame[(channel * format.SampleBytes)..]);
            }

            mono[i] = (short)(sum / format.Channels);
        }

        return mono;
    }

    // An empty data chunk in front of another chunk is honestly empty; anything else after it is the sound.
    private static bool Streamed(ReadOnlySpan<byte> body) =>
        !(body.Length >= 8 && (Is(body, "LIST") || Is(body, "fmt ") || Is(body, "fact") || Is(body, "id3 ") || Is(body, "bext")));

    private static bool Is(ReadOnlySpan<byte> chunk, string id)
    {
        Span<byte> ascii = stackalloc byte[4];
        Encoding.ASCII.GetBytes(id, ascii);
        return chunk.StartsWith(ascii);
    }
}
