using System.Buffers.Text;
using System.Text.Json;

namespace PhoneAgent.MediaRelay.Twilio;

/// <summary>What kind of message Twilio sent.</summary>
public enum StreamMessageKind
{
    /// <summary>Not JSON, or without what its event needs: counted, logged and skipped.</summary>
    Malformed,

    /// <summary>An event this relay does not know: counted and skipped, Twilio may add events.</summary>
    Unknown,

    /// <summary>The socket is open; <c>start</c> follows.</summary>
    Connected,

    /// <summary>The stream's ids and parameters; read them with <see cref="StreamStart.TryRead"/>.</summary>
    Start,

    /// <summary>Caller audio.</summary>
    Media,

    /// <summary>A keypad digit.</summary>
    Dtmf,

    /// <summary>An echoed mark.</summary>
    Mark,

    /// <summary>The stream is over.</summary>
    Stop,
}

/// <summary>
/// One message of Twilio Media Streams, read without copying: the spans lie in the message's own bytes.
/// Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages
/// </summary>
public readonly ref struct StreamMessage
{
    private StreamMessage(StreamMessageKind kind, ReadOnlySpan<byte> value)
    {
        Kind = kind;
        Value = value;
    }

    /// <summary>What it is.</summary>
    public StreamMessageKind Kind { get; }

    /// <summary>The one value that matters: <c>payload</c> of media (base64), <c>digit</c> of dtmf, <c>name</c> of a mark. Empty for other kinds.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Reads a message. Never throws: what cannot be read is <see cref="StreamMessageKind.Malformed"/>.</summary>
    public static StreamMessage Read(ReadOnlySpan<byte> utf8)
    {
        var payload = PlainMedia.Payload(utf8);
        return payload.IsEmpty ? Parse(utf8) : new StreamMessage(StreamMessageKind.Media, payload);
    }

    /// <summary>Reads a message by parsing it, whatever its form.</summary>
    internal static StreamMessage Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return ReadObject(utf8);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return default; // the latter is the reader's for text that is no Unicode: half a surrogate pair, bytes that are not UTF-8
        }
    }

    /// <summary>Decodes media audio: µ-law bytes. False when the payload is not base64 or does not fit.</summary>
    public bool TryDecodeAudio(Span<byte> mulaw, out int length) =>
        Base64.DecodeFromUtf8(Value, mulaw, out _, out length) == System.Buffers.OperationStatus.Done;

    private static StreamMessage ReadObject(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return default;
        }

        var kind = StreamMessageKind.Malformed;
        ReadOnlySpan<byte> payload = default, digit = default, mark = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("event"u8))
            {
                reader.Read();
                kind = KindOf(ref reader);
            }
            else if (reader.ValueTextEquals("media"u8))
            {
                payload = Member(ref reader, "payload"u8);
            }
            else if (reader.ValueTextEquals("dtmf"u8))
            {
                digit = Member(ref reader, "digit"u8);
            }
            else if (reader.ValueTextEquals("mark"u8))
            {
                mark = Member(ref reader, "name"u8);
            }
            else
            {
                reader.Skip();
            }
        }

        while (reader.Read())
        {
            // Anything after the object is an error, which the reader throws.
        }

        return kind switch
        {
            StreamMessageKind.Media => WithValue(kind, payload),
            StreamMessageKind.Dtmf => WithValue(kind, digit),
            StreamMessageKind.Mark => WithValue(kind, mark),
            _ => new StreamMessage(kind, default),
        };
    }

    private static StreamMessage WithValue(StreamMessageKind kind, ReadOnlySpan<byte> value) =>
        value.IsEmpty ? default : new StreamMessage(kind, value);

    private static StreamMessageKind KindOf(scoped ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return StreamMessageKind.Malformed;
        }

        return reader.ValueTextEquals("media"u8) ? StreamMessageKind.Media
            : reader.ValueTextEquals("mark"u8) ? StreamMessageKind.Mark
            : reader.ValueTextEquals("dtmf"u8) ? StreamMessageKind.Dtmf
            : reader.ValueTextEquals("start"u8) ? StreamMessageKind.Start
            : reader.ValueTextEquals("stop"u8) ? StreamMessageKind.Stop
            : reader.ValueTextEquals("connected"u8) ? StreamMessageKind.Connected
            : StreamMessageKind.Unknown;
    }

    // The string member of the object that follows; empty when it is absent or no string. Only an escaped one is copied.
    private static ReadOnlySpan<byte> Member(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> value = default;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return value;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var wanted = reader.ValueTextEquals(name);
            reader.Read();
            if (wanted && reader.TokenType == JsonTokenType.String)
            {
                value = reader.ValueIsEscaped ? Unescaped(ref reader) : reader.ValueSpan;
            }
            else
            {
                reader.Skip();
            }
        }

        return value;
    }

    private static byte[] Unescaped(scoped ref Utf8JsonReader reader)
    {
        var bytes = new byte[reader.ValueSpan.Length];
        return bytes[..reader.CopyString(bytes)];
    }
}
