using System.Text.Json;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>
/// Reads <c>usageMetadata</c>: what one turn is billed for, the conversation before it included. Without details by modality all
/// of it is taken for audio, which costs more than text. Source: https://ai.google.dev/api/live#UsageMetadata
/// </summary>
internal static class UsageReader
{
    /// <summary>Reads the object the reader stands before; members of other shapes are skipped.</summary>
    public static void Read(ref Utf8JsonReader reader, ServerMessage message)
    {
        long total = 0, prompt = 0, response = 0, other = 0, thoughts = 0;
        long? audioIn = null, audioOut = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("An object was expected.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("totalTokenCount"u8))
            {
                total = Number(ref reader) ?? 0;
                message.TotalTokens = total;
            }
            else if (reader.ValueTextEquals("promptTokenCount"u8))
            {
                prompt = Number(ref reader) ?? 0;
            }
            else if (reader.ValueTextEquals("responseTokenCount"u8))
            {
                response = Number(ref reader) ?? 0;
            }
            else if (reader.ValueTextEquals("toolUsePromptTokenCount"u8))
            {
                other = Number(ref reader) ?? 0;
            }
            else if (reader.ValueTextEquals("thoughtsTokenCount"u8))
            {
                thoughts = Number(ref reader) ?? 0;
            }
            else if (reader.ValueTextEquals("promptTokensDetails"u8))
            {
                audioIn = AudioOf(ref reader);
            }
            else if (reader.ValueTextEquals("responseTokensDetails"u8))
            {
                audioOut = AudioOf(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        var (heard, spoken) = (audioIn ?? prompt, audioOut ?? response);
        message.Tokens = new TokenUsage(heard, Math.Max(0, prompt - heard) + other, spoken, Math.Max(0, response - spoken) + thoughts);
    }

    private static long? AudioOf(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        long audio = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var (isAudio, count) = (false, 0L);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("modality"u8))
                {
                    reader.Read();
                    isAudio = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("AUDIO"u8);
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("tokenCount"u8))
                {
                    count = Number(ref reader) ?? 0;
                }
                else
                {
                    reader.Skip();
                }
            }

            audio += isAudio ? count : 0;
        }

        return audio;
    }

    private static long? Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number))
        {
            return Math.Max(0, number);
        }

        reader.Skip();
        return null;
    }
}
