using System.Text.Json;

namespace PhoneAgent.Simulator.Phone.Streams;

/// <summary>
/// Reads a server's message strictly: exactly the documented members, the stream's own sid.
/// Source: https://www.twilio.com/docs/api/errors/31950 and /31951
/// </summary>
internal static class StreamCommandReader
{
    /// <summary>Either a command or what Twilio would log.</summary>
    public static (StreamCommand? Command, TwilioError? Error) Read(ReadOnlyMemory<byte> utf8, string streamSid)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return Read(document.RootElement, streamSid);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return (null, TwilioError.StreamMalformed("not JSON"));
        }
    }

    private static (StreamCommand?, TwilioError?) Read(JsonElement message, string streamSid)
    {
        if (message.ValueKind != JsonValueKind.Object || Text(message, "event") is not { } kind)
        {
            return Invalid("no event");
        }

        if (kind is not ("media" or "mark" or "clear"))
        {
            return Invalid($"unknown event '{kind}'");
        }

        if (Text(message, "streamSid") != streamSid)
        {
            return Invalid($"'{kind}' with a streamSid other than the stream's");
        }

        return kind switch
        {
            "clear" => HasExactly(message, "event", "streamSid") ? (new ClearCommand(), null) : Invalid("'clear' with other members than event and streamSid"),
            "mark" => ReadMark(message),
            _ => ReadMedia(message),
        };
    }

    private static (StreamCommand?, TwilioError?) ReadMark(JsonElement message) =>
        HasExactly(message, "event", "streamSid", "mark")
        && message.GetProperty("mark") is { ValueKind: JsonValueKind.Object } mark
        && HasExactly(mark, "name")
        && Text(mark, "name") is { Length: > 0 } name
            ? (new MarkCommand(name), null)
            : Invalid("'mark' needs event, streamSid and mark.name, nothing else");

    private static (StreamCommand?, TwilioError?) ReadMedia(JsonElement message)
    {
        if (!HasExactly(message, "event", "streamSid", "media")
            || message.GetProperty("media") is not { ValueKind: JsonValueKind.Object } media
            || !HasExactly(media, "payload")
            || Text(media, "payload") is not { } payload)
        {
            return Invalid("'media' needs event, streamSid and media.payload, nothing else");
        }

        var mulaw = new byte[payload.Length / 4 * 3];
        return Convert.TryFromBase64String(payload, mulaw, out var length) && !payload.Any(char.IsWhiteSpace)
            ? (new MediaCommand(mulaw[..length]), null)
            : (null, TwilioError.StreamMalformed("media.payload is not base64"));
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Every name once and no other; a name given twice counts as one too many.</summary>
    private static bool HasExactly(JsonElement element, params ReadOnlySpan<string> names)
    {
        var count = 0;
        foreach (var member in element.EnumerateObject())
        {
            count++;
            if (!names.Contains(member.Name))
            {
                return false;
            }
        }

        return count == names.Length && AllPresent(element, names);
    }

    private static bool AllPresent(JsonElement element, ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (!element.TryGetProperty(name, out _))
            {
                return false;
            }
        }

        return true;
    }

    private static (StreamCommand?, TwilioError?) Invalid(string detail) => (null, TwilioError.StreamInvalid(detail));
}
