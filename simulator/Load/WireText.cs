namespace PhoneAgent.Simulator.Load;

/// <summary>Looks into JSON for the few members the load needs, whatever the spacing; not a parser.</summary>
internal static class WireText
{
    /// <summary>The raw text of the first string member of this name; empty when there is none.</summary>
    /// <param name="json">The message.</param>
    /// <param name="quotedName">The name in its quotes.</param>
    public static ReadOnlySpan<byte> StringMember(ReadOnlySpan<byte> json, ReadOnlySpan<byte> quotedName)
    {
        var at = json.IndexOf(quotedName);
        if (at < 0)
        {
            return default;
        }

        var rest = json[(at + quotedName.Length)..].TrimStart(" \t\r\n:"u8);
        return rest is [(byte)'"', ..] && rest[1..].IndexOf((byte)'"') is >= 0 and var length ? rest.Slice(1, length) : default;
    }
}
