using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>
/// Finds the audio of a message that brings nothing else, in the form Gemini writes, by comparing instead of parsing: nearly all messages are such. Space
/// between the tokens may be any; whatever else differs is left to the parser, and what is found here is what the parser would find.
/// </summary>
internal static class PlainAudio
{
    /// <summary>Where the base64 stands; false when the message is not of that form.</summary>
    public static bool TryFind(ReadOnlySpan<byte> utf8, out ServerMessage.AudioPart part)
    {
        part = default;
        var rest = utf8;
        if (!(Skip(ref rest, "{"u8) && SkipName(ref rest, "\"serverContent\""u8) && Skip(ref rest, "{"u8) && SkipName(ref rest, "\"modelTurn\""u8) && Skip(ref rest, "{"u8)
            && SkipName(ref rest, "\"parts\""u8) && Skip(ref rest, "["u8) && Skip(ref rest, "{"u8) && SkipName(ref rest, "\"inlineData\""u8) && Skip(ref rest, "{"u8)))
        {
            return false;
        }

        var typeFirst = SkipType(ref rest);
        if ((typeFirst && !Skip(ref rest, ","u8)) || !SkipName(ref rest, "\"data\""u8) || !Skip(ref rest, "\""u8))
        {
            return false;
        }

        var length = rest.IndexOfAnyExcept(Base64Text.Alphabet);
        if (length <= 0)
        {
            return false;
        }

        part = new ServerMessage.AudioPart(utf8.Length - rest.Length, length, Unescaped: false);
        rest = rest[length..];
        return rest[0] == '"' && Skip(ref rest, "\""u8) && (typeFirst || (Skip(ref rest, ","u8) && SkipType(ref rest)))
            && Skip(ref rest, "}"u8) && Skip(ref rest, "}"u8) && Skip(ref rest, "]"u8) && Skip(ref rest, "}"u8) && Skip(ref rest, "}"u8) && Skip(ref rest, "}"u8)
            && Space(rest) == rest.Length;
    }

    // The rate may be missing; it is 24 kHz either way.
    private static bool SkipType(ref ReadOnlySpan<byte> rest)
    {
        var before = rest;
        if (SkipName(ref rest, "\"mimeType\""u8) && (Skip(ref rest, "\"audio/pcm;rate=24000\""u8) || Skip(ref rest, "\"audio/pcm\""u8)))
        {
            return true;
        }

        rest = before;
        return false;
    }

    private static bool SkipName(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> name) => Skip(ref rest, name) && Skip(ref rest, ":"u8);

    private static bool Skip(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> token)
    {
        var behind = rest[Space(rest)..];
        if (!behind.StartsWith(token))
        {
            return false;
        }

        rest = behind[token.Length..];
        return true;
    }

    private static int Space(ReadOnlySpan<byte> bytes)
    {
        var length = 0;
        while (length < bytes.Length && bytes[length] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            length++;
        }

        return length;
    }
}
