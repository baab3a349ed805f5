using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

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
    public bool SetupComplete { get; private set; }

    /// <summary>The caller interrupted the agent.</summary>
    public bool Interrupted { get; private set; }

    /// <summary>The agent's turn is generated to its end.</summary>
    public bool GenerationComplete { get; private set; }

    /// <summary>The agent's turn is over.</summary>
    public bool TurnComplete { get; private set; }

    /// <summary>The connection will be closed soon.</summary>
    public bool GoAway { get; private set; }

    /// <summary>The session's token count so far; null when the message carries none.</summary>
    public long? TotalTokens { get; private set; }

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

    /// <summary>Reads a message; false when it is not JSON of the expected shape, and then nothing of it is used.</summary>
    public bool TryRead(ReadOnlySpan<byte> utf8)
    {
        Reset();
        try
        {
            var reader = new Utf8JsonReader(utf8);
            ReadMessage(ref reader);
            while (reader.Read())
            {
                // Anything after the object is an error, which the reader throws.
            }

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

    private void Reset()
    {
        SetupComplete = Interrupted = GenerationComplete = TurnComplete = GoAway = false;
        TotalTokens = null;
        _audio.Clear();
        _unescaped.ResetWrittenCount();
        _input.ResetWrittenCount();
        _output.ResetWrittenCount();
        _calls.Clear();
        _cancelled.Clear();
    }

    private void ReadMessage(ref Utf8JsonReader reader)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("serverContent"u8))
            {
                ReadServerContent(ref reader);
            }
            else if (reader.ValueTextEquals("setupComplete"u8))
            {
                SetupComplete = true;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("toolCall"u8))
            {
                ReadToolCall(ref reader);
            }
            else if (reader.ValueTextEquals("toolCallCancellation"u8))
            {
                ReadCancellation(ref reader);
            }
            else if (reader.ValueTextEquals("usageMetadata"u8))
            {
                ReadUsage(ref reader);
            }
            else if (reader.ValueTextEquals("goAway"u8))
            {
                GoAway = true;
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadServerContent(ref Utf8JsonReader reader)
    {
        Enter(ref reader);
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("modelTurn"u8))
            {
                ReadModelTurn(ref reader);
            }
            else if (reader.ValueTextEquals("outputTranscription"u8))
            {
                ReadText(ref reader, _output);
            }
            else if (reader.ValueTextEquals("inputTranscription"u8))
            {
                ReadText(ref reader, _input);
            }
            else if (reader.ValueTextEquals("interrupted"u8))
            {
                Interrupted |= ReadTrue(ref reader);
            }
            else if (reader.ValueTextEquals("generationComplete"u8))
            {
                GenerationComplete |= ReadTrue(ref reader);
            }
            else if (reader.ValueTextEquals("turnComplete"u8))
            {
                TurnComplete |= ReadTrue(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadModelTurn(ref Utf8JsonReader reader)
    {
        Enter(ref reader);
        while (NextMember(ref reader))
        {
            if (!reader.ValueTextEquals("parts"u8))
            {
                reader.Skip();
                continue;
            }

            reader.Read();
            Expect(ref reader, JsonTokenType.StartArray);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                Expect(ref reader, JsonTokenType.StartObject);
                while (NextMember(ref reader))
                {
                    if (reader.ValueTextEquals("inlineData"u8))
                    {
                        ReadInlineData(ref reader);
                    }
                    else
                    {
                        reader.Skip();
                    }
                }
            }
        }
    }

    private void ReadInlineData(ref Utf8JsonReader reader)
    {
        Enter(ref reader);
        AudioPart? data = null;
        var isAudio = true;
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                data = PartOf(ref reader);
            }
            else if (reader.ValueTextEquals("mimeType"u8))
            {
                // The rate may be missing ("audio/pcm"); it is 24 kHz either way.
                reader.Read();
                Expect(ref reader, JsonTokenType.String);
                isAudio = reader.ValueIsEscaped ? reader.GetString()!.StartsWith("audio/pcm", StringComparison.Ordinal) : reader.ValueSpan.StartsWith("audio/pcm"u8);
            }
            else
            {
                reader.Skip();
            }
        }

        if (isAudio && data is { Length: > 0 } part)
        {
            _audio.Add(part);
        }
    }

    // Where the base64 stands: in the message itself, or, when it was escaped, among the unescaped bytes.
    private AudioPart PartOf(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.String);
        if (!reader.ValueIsEscaped)
        {
            return new AudioPart((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length, Unescaped: false);
        }

        var start = _unescaped.WrittenCount;
        _unescaped.Advance(reader.CopyString(_unescaped.GetSpan(reader.ValueSpan.Length)));
        return new AudioPart(start, _unescaped.WrittenCount - start, Unescaped: true);
    }

    private static void ReadText(ref Utf8JsonReader reader, ArrayBufferWriter<byte> into)
    {
        Enter(ref reader);
        while (NextMember(ref reader))
        {
            var isText = reader.ValueTextEquals("text"u8);
            reader.Read();
            if (isText && reader.TokenType == JsonTokenType.String)
            {
                into.Advance(reader.CopyString(into.GetSpan(Math.Max(1, reader.ValueSpan.Length))));
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadToolCall(ref Utf8JsonReader reader)
    {
        using var call = JsonDocument.ParseValue(ref reader);
        if (!call.RootElement.TryGetProperty("functionCalls", out var functions))
        {
            return;
        }

        foreach (var function in functions.EnumerateArray())
        {
            _calls.Add(new FunctionCall(
                function.TryGetProperty("id", out var id) ? id.GetString() : null,
                function.TryGetProperty("name", out var name) ? name.GetString() ?? "" : "",
                function.TryGetProperty("args", out var args) ? args.GetRawText() : "{}"));
        }
    }

    private void ReadCancellation(ref Utf8JsonReader reader)
    {
        using var cancellation = JsonDocument.ParseValue(ref reader);
        if (cancellation.RootElement.TryGetProperty("ids", out var ids))
        {
            _cancelled.AddRange(ids.EnumerateArray().Select(id => id.GetString() ?? ""));
        }
    }

    private void ReadUsage(ref Utf8JsonReader reader)
    {
        Enter(ref reader);
        while (NextMember(ref reader))
        {
            var isTotal = reader.ValueTextEquals("totalTokenCount"u8);
            reader.Read();
            if (isTotal && reader.TokenType == JsonTokenType.Number)
            {
                TotalTokens = reader.GetInt64();
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static bool ReadTrue(ref Utf8JsonReader reader)
    {
        reader.Read();
        var isTrue = reader.TokenType == JsonTokenType.True;
        reader.Skip();
        return isTrue;
    }

    private static bool NextMember(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static void Enter(ref Utf8JsonReader reader)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.StartObject);
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (reader.TokenType != type)
        {
            throw new JsonException($"{type} was expected.");
        }
    }

    private readonly record struct AudioPart(int Start, int Length, bool Unescaped);
}
