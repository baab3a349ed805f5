using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PhoneAgent.MediaRelay.Tools;

/// <summary>Makes answers for the model: one JSON value, never larger than allowed.</summary>
internal static class ToolAnswers
{
    private static readonly UTF8Encoding Utf8 = new(false);

    /// <summary>An error in words the model can use.</summary>
    public static FunctionAnswer Error(string message) => new(false, JsonValue.Create(message).ToJsonString());

    /// <summary>A text, or what it is as JSON.</summary>
    public static FunctionAnswer Of(string text, bool succeeded = true)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return new FunctionAnswer(succeeded, text);
        }
        catch (JsonException)
        {
            return new FunctionAnswer(succeeded, JsonValue.Create(text).ToJsonString());
        }
    }

    /// <summary>The same answer, within a number of bytes of UTF-8: what is too long is cut, and says so.</summary>
    public static FunctionAnswer Bounded(FunctionAnswer answer, int maxBytes)
    {
        if (Utf8.GetByteCount(answer.Json) <= maxBytes)
        {
            return answer;
        }

        // Escapes make the piece longer again, six bytes for one at most.
        var text = Beginning(PlainText(answer.Json), maxBytes);
        var cut = Cut(text);
        while (Utf8.GetByteCount(cut) > maxBytes && text.Length > 0)
        {
            text = Beginning(text, Utf8.GetByteCount(text) * 3 / 4);
            cut = Cut(text);
        }

        return answer with { Json = cut };
    }

    /// <summary>The beginning of a text, at most so many bytes of UTF-8, and no half characters.</summary>
    public static string Beginning(string text, int maxBytes)
    {
        var (length, bytes) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > maxBytes)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..Math.Min(length, text.Length)];
    }

    private static string Cut(string beginning) =>
        new JsonObject { ["beginning"] = beginning, ["note"] = "The result was too long; this is only its beginning." }.ToJsonString();

    private static string PlainText(string json)
    {
        try
        {
            using var value = JsonDocument.Parse(json);
            return value.RootElement.ValueKind == JsonValueKind.String ? value.RootElement.GetString()! : json;
        }
        catch (JsonException)
        {
            return json;
        }
    }
}
