using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.MediaRelay.Twilio;

/// <summary>
/// Finds the payload of a media message in the exact form Twilio writes, by comparing instead of parsing: fifty of these come
/// a second and call. Whatever differs by one byte, by order, space or escape, is left to the parser; what is found here is
/// what the parser would find.
/// </summary>
internal static class PlainMedia
{
    /// <summary>The payload; empty when the message is not of that form.</summary>
    public static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> utf8)
    {
        var rest = utf8;
        if (!Skip(ref rest, "{\"event\":\"media\",\"sequenceNumber\":\""u8) || !SkipDigits(ref rest) || !Skip(ref rest, "\","u8))
        {
            return default;
        }

        // The stream's name stands before the media in the documentation and behind it on the wire.
        var nameFirst = Skip(ref rest, "\"streamSid\":\""u8);
        if ((nameFirst && !(SkipName(ref rest) && Skip(ref rest, "\","u8)))
            || !Skip(ref rest, "\"media\":{\"track\":\"inbound\",\"chunk\":\""u8) || !SkipDigits(ref rest)
            || !Skip(ref rest, "\",\"timestamp\":\""u8) || !SkipDigits(ref rest)
            || !Skip(ref rest, "\",\"payload\":\""u8))
        {
            return default;
        }

        var length = rest.IndexOfAnyExcept(Base64Text.Alphabet);
        if (length <= 0)
        {
            return default;
        }

        var payload = rest[..length];
        rest = rest[length..];
        return nameFirst
            ? rest.SequenceEqual("\"}}"u8) ? payload : default
            : Skip(ref rest, "\"},\"streamSid\":\""u8) && SkipName(ref rest) && rest.SequenceEqual("\"}"u8) ? payload : default;
    }

    private static bool Skip(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> expected)
    {
        if (!rest.StartsWith(expected))
        {
            return false;
        }

        rest = rest[expected.Length..];
        return true;
    }

    private static bool SkipDigits(ref ReadOnlySpan<byte> rest)
    {
        var length = 0;
        while (length < rest.Length && rest[length] is >= (byte)'0' and <= (byte)'9')
        {
            length++;
        }

        rest = rest[length..];
        return length > 0;
    }

    private static bool SkipName(ref ReadOnlySpan<byte> rest)
    {
        var length = 0;
        while (length < rest.Length && char.IsAsciiLetterOrDigit((char)rest[length]))
        {
            length++;
        }

        rest = rest[length..];
        return length > 0;
    }
}
