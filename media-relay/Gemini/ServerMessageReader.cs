using System.Buffers;
using System.Text.Json;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>
/// Reads the JSON of Gemini's messages into a <see cref="ServerMessage"/>, member by member, whatever their order and whatever
/// else there is. Source: https://ai.google.dev/api/live#BidiGenerateContentServerMessage
/// </summary>
internal static class ServerMessageReader
{
    /// <summary>Reads one message.</summary>
    /// <exception cref="JsonException">It is not JSON, or not of the expected shape.</exception>
    /// <exception cref="InvalidOperationException">A member has another type than expected.</exception>
    /// <exception cref="FormatException">A number is not one.</exception>
    public static void Read(ReadOnlySpan<byte> utf8, ServerMessage message)
    {
        var reader = new Utf8JsonReader(utf8);
        ReadMessage(ref reader, message);
        while (reader.Read())
        {
            // Anything after the object is an error, which the reader throws.
        }
    }

    private static void ReadMessage(ref Utf8JsonReader reader, ServerMessage message)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("serverContent"u8))
            {
                ReadServerContent(ref reader, message);
            }
            else if (reader.ValueTextEquals("setupComplete"u8))
            {
                message.SetupComplete = true;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("toolCall"u8))
            {
                ReadToolCall(ref reader, message);
            }
            else if (reader.ValueTextEquals("toolCallCancellation"u8))
            {
                ReadCancellation(ref reader, message);
            }
            else if (reader.ValueTextEquals("usageMetadata"u8))
            {
                UsageReader.Read(ref reader, message);
            }
            else if (reader.ValueTextEquals("goAway"u8))
            {
                message.GoAway = true;
                message.TimeLeft = SessionUpdates.ReadTimeLeft(ref reader);
            }
            else if (reader.ValueTextEquals("sessionResumptionUpdate"u8))
            {
                SessionUpdates.ReadResumption(ref reader, message);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void ReadServerContent(ref Utf8JsonReader reader, ServerMessage message)
    {
        Enter(ref reader);
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("modelTurn"u8))
            {
                ReadModelTurn(ref reader, message);
            }
            else if (reader.ValueTextEquals("outputTranscription"u8))
            {
                ReadText(ref reader, message.Output);
            }
            else if (reader.ValueTextEquals("inputTranscription"u8))
            {
                ReadText(ref reader, message.Input);
            }
            else if (reader.ValueTextEquals("interrupted"u8))
            {
                message.Interrupted |= ReadTrue(ref reader);
            }
            else if (reader.ValueTextEquals("generationComplete"u8))
            {
                message.GenerationComplete |= ReadTrue(ref reader);
            }
            else if (reader.ValueTextEquals("turnComplete"u8))
            {
                message.TurnComplete |= ReadTrue(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void ReadModelTurn(ref Utf8JsonReader reader, ServerMessage message)
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
                        ReadInlineData(ref reader, message);
                    }
                    else
                    {
                        reader.Skip();
                    }
                }
            }
        }
    }

    private static void ReadInlineData(ref Utf8JsonReader reader, ServerMessage message)
    {
        Enter(ref reader);
        ServerMessage.AudioPart? data = null;
        var isAudio = true;
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                data = PartOf(ref reader, message);
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
            message.AddAudio(part);
        }
    }

    private static ServerMessage.AudioPart PartOf(ref Utf8JsonReader reader, ServerMessage message)
    {
        Expect(ref reader, JsonTokenType.String);
        return reader.ValueIsEscaped
            ? message.Unescape(ref reader)
            : new ServerMessage.AudioPart((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length, Unescaped: false);
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

    private static void ReadToolCall(ref Utf8JsonReader reader, ServerMessage message)
    {
        using var call = JsonDocument.ParseValue(ref reader);
        if (!call.RootElement.TryGetProperty("functionCalls", out var functions))
        {
            return;
        }

        foreach (var function in functions.EnumerateArray())
        {
            message.AddCall(new FunctionCall(
                function.TryGetProperty("id", out var id) ? id.GetString() : null,
                function.TryGetProperty("name", out var name) ? name.GetString() ?? "" : "",
                function.TryGetProperty("args", out var args) ? args.GetRawText() : "{}"));
        }
    }

    private static void ReadCancellation(ref Utf8JsonReader reader, ServerMessage message)
    {
        using var cancellation = JsonDocument.ParseValue(ref reader);
        if (cancellation.RootElement.TryGetProperty("ids", out var ids))
        {
            foreach (var id in ids.EnumerateArray())
            {
                message.AddCancelled(id.GetString() ?? "");
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
}
