using System.Buffers;

namespace PhoneAgent.MediaRelay.Audio;

/// <summary>Audio as text. Source: RFC 4648, section 4.</summary>
internal static class Base64Text
{
    /// <summary>All that can stand in it.</summary>
    public static readonly SearchValues<byte> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);
}
