using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace PhoneAgent.Simulator.Sound;

/// <summary>Text to sound: a clip shipped with the simulator when there is one, else espeak-ng when it is installed.</summary>
public sealed class SpeechClips
{
    private static readonly Lazy<IReadOnlyDictionary<(Speaker, string), string>> Index = new(ReadIndex);

    private readonly EspeakNg? _espeak;
    private readonly ConcurrentDictionary<(Speaker, string, int), short[]> _spoken = new();

    /// <summary>Clips, and what <see cref="EspeakNg.Find"/> finds.</summary>
    public SpeechClips()
        : this(EspeakNg.Find())
    {
    }

    /// <summary>Clips and the given synthesiser; null for clips alone.</summary>
    public SpeechClips(EspeakNg? espeak) => _espeak = espeak;

    /// <summary>The text as sound.</summary>
    /// <param name="text">What is said.</param>
    /// <param name="speaker">Whose voice.</param>
    /// <param name="rate">The wanted samples per second.</param>
    /// <exception cref="NoSpeechException">There is neither a clip nor a synthesiser.</exception>
    public short[] Say(string text, Speaker speaker, int rate) =>
        _spoken.GetOrAdd((speaker, Normalised(text), rate), _ =>
        {
            var sound = Clip(text, speaker) ?? Synthesised(text, speaker);
            return Resampling.Convert(sound.Samples, sound.Rate, rate);
        });

    /// <summary>Whether the text can be spoken by a clip alone.</summary>
    public static bool HasClip(string text, Speaker speaker) => Index.Value.ContainsKey((speaker, Normalised(text)));

    /// <summary>Letters and digits in lower case with single blanks: what is heard, without how it is written.</summary>
    internal static string Normalised(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text.Where(c => c is not ('\'' or '’')))
        {
            if (char.IsLetterOrDigit(c))
            {
                plain.Append(char.ToLowerInvariant(c));
            }
            else if (plain.Length > 0 && plain[^1] != ' ')
            {
                plain.Append(' ');
            }
        }

        return plain.ToString().TrimEnd();
    }

    private static PcmAudio? Clip(string text, Speaker speaker) =>
        Index.Value.TryGetValue((speaker, Normalised(text)), out var file) ? WavFile.Parse(Resource(file), file) : null;

    private PcmAudio Synthesised(string text, Speaker speaker) =>
        _espeak?.Say(text, speaker) ?? throw new NoSpeechException(
            $"“{text}” cannot be spoken: the simulator has no clip of it and espeak-ng is not on the PATH. Use the lines of the demo script, or install espeak-ng (Debian: apt install espeak-ng).");

    private static Dictionary<(Speaker, string), string> ReadIndex()
    {
        using var index = JsonDocument.Parse(Resource("clips.json"));
        return index.RootElement.EnumerateArray().ToDictionary(
            clip => (Enum.Parse<Speaker>(clip.GetProperty("speaker").GetString()!, ignoreCase: true), Normalised(clip.GetProperty("text").GetString()!)),
            clip => clip.GetProperty("file").GetString()!);
    }

    private static byte[] Resource(string file)
    {
        using var stream = typeof(SpeechClips).Assembly.GetManifestResourceStream($"PhoneAgent.Simulator.speech.{file}")
            ?? throw new InvalidOperationException($"The clip {file} is named in clips.json but not embedded.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
