using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>A function call of the model.</summary>
/// <param name="Id">Names the call in its answer; null when the model gave none.</param>
/// <param name="Name">The function.</param>
/// <param name="Arguments">Its arguments, a JSON object as text.</param>
internal sealed record FunctionCall(string? Id, string Name, string Arguments);

/// <summary>
/// One message of Gemini Live, read into place: an instance is used again for every message of a connection and allocates
/// nothing for audio and transcripts. Members combine freely in one message; whatever their order on the wire, content
/// stands before what ends it. Unknown members are skipped. Source: https://ai.google.dev/api/live#BidiGenerateContentServerMessage
/// </summary>
internal sealed class ServerMessage
{
    private readonly List<AudioPart> _audio = [];
    private readonly ArrayBufferWriter<byte> _unescaped = new(256);
    private readonly ArrayBufferWriter<byte> _input = new(256);
    private readonly ArrayBufferWriter<byte> _output = new(256);
    private readonly List<FunctionCall> _calls = [];
    private readonly List<string> _cancelled = [];

    /// <summary>The session is ready.</summary>
    public bool SetupComplete { get; set; }

    /// <summary>The caller interrupted the agent.</summary>
    public bool Interrupted { get; set; }

    /// <summary>The agent's turn is generated to its end.</summary>
    public bool GenerationComplete { get; set; }

    /// <summary>The agent's turn is over.</summary>
    public bool TurnComplete { get; set; }

    /// <summary>The connection will be closed soon.</summary>
    public bool GoAway { get; set; }

    /// <summary>In how long; null when the message does not say, or not in a way that can be read.</summary>
    public TimeSpan? TimeLeft { get; set; }

    /// <summary>The message says whether, and with which handle, the session can be resumed from here.</summary>
    public bool ResumptionUpdate { get; set; }

    /// <summary>The handle to resume with; null when the session cannot be resumed from here.</summary>
    public string? Handle { get; set; }

    /// <summary>Index of the last client message in the handle's state, <c>setup</c> being 0; null when the server does not tell.</summary>
    public long? LastConsumed { get; set; }

    /// <summary>The tokens a turn is billed for; null when the message says nothing of it.</summary>
    public long? TotalTokens { get; set; }

    /// <summary>The same by direction and modality.</summary>
    public TokenUsage Tokens { get; set; }

    /// <summary>A piece of the caller's transcript, UTF-8; empty for none.</summary>
    public ReadOnlySpan<byte> InputTranscript => _input.WrittenSpan;

    /// <summary>A piece of the agent's transcript, UTF-8; empty for none.</summary>
    public ReadOnlySpan<byte> OutputTranscript => _output.WrittenSpan;

    /// <summary>How many pieces of audio it carries.</summary>
    public int AudioParts => _audio.Count;

    /// <summary>Functions the model calls.</summary>
    public IReadOnlyList<FunctionCall> Calls => _calls;

    /// <summary>Ids of calls the model takes back.</summary>
    public IReadOnlyList<string> CancelledCalls => _cancelled;

    /// <summary>Takes a piece of the caller's transcript.</summary>
    internal ArrayBufferWriter<byte> Input => _input;

    /// <summary>Takes a piece of the agent's transcript.</summary>
    internal ArrayBufferWriter<byte> Output => _output;

    /// <summary>Reads a message; false when it is not JSON of the expected shape, and then nothing of it is used.</summary>
    public bool TryRead(ReadOnlySpan<byte> utf8)
    {
        Reset();
        if (PlainAudio.TryFind(utf8, out var audio))
        {
            AddAudio(audio);
            return true;
        }

        return TryParse(utf8);
    }

    /// <summary>The same by the parser alone.</summary>
    internal bool TryParse(ReadOnlySpan<byte> utf8)
    {
        Reset();
        try
        {
            ServerMessageReader.Read(utf8, this);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            Reset();
            return false;
        }
    }

    /// <summary>Bytes that a piece of audio has at most.</summary>
    public int MaxAudioBytes(int part) => Base64.GetMaxDecodedFromUtf8Length(_audio[part].Length);

    /// <summary>Decodes a piece of audio: PCM16 little-endian, mono, 24 kHz. False when it is not base64.</summary>
    /// <param name="part">Less than <see cref="AudioParts"/>.</param>
    /// <param name="utf8">The message that was read.</param>
    /// <param name="pcm">Takes the bytes; at least <see cref="MaxAudioBytes"/> long.</param>
    /// <param name="length">How many there are.</param>
    public bool TryDecodeAudio(int part, ReadOnlySpan<byte> utf8, Span<byte> pcm, out int length)
    {
        var (start, count, unescaped) = _audio[part];
        var base64 = unescaped ? _unescaped.WrittenSpan.Slice(start, count) : utf8.Slice(start, count);
        return Base64.DecodeFromUtf8(base64, pcm, out _, out length) == OperationStatus.Done;
    }

    /// <summary>Takes audio that stands at a place of the message.</summary>
    internal void AddAudio(AudioPart part) => _audio.Add(part);

    /// <summary>Takes audio that was written with escapes, unescaped; where it stands.</summary>
    internal AudioPart Unescape(scoped ref Utf8JsonReader reader)
    {
        var start = _unescaped.WrittenCount;
        _unescaped.Advance(reader.CopyString(_unescaped.GetSpan(reader.ValueSpan.Length)));
        return new AudioPart(start, _unescaped.WrittenCount - start, Unescaped: true);
    }

    /// <summary>Takes a function call.</summary>
    internal void AddCall(FunctionCall call) => _calls.Add(call);

    /// <summary>Takes the id of a call that is taken back.</summary>
    internal void AddCancelled(string id) => _cancelled.Add(id);

    private void Reset()
    {
        SetupComplete = Interrupted = GenerationComplete = TurnComplete = GoAway = false;
        Tokens = default;
        ResumptionUpdate = false;
        TimeLeft = null;
        Handle = null;
        LastConsumed = TotalTokens = null;
        _audio.Clear();
        _unescaped.ResetWrittenCount();
        _input.ResetWrittenCount();
        _output.ResetWrittenCount();
        _calls.Clear();
        _cancelled.Clear();
    }

    /// <summary>Where a piece of base64 stands: in the message, or among what was unescaped.</summary>
    internal readonly record struct AudioPart(int Start, int Length, bool Unescaped);
}
