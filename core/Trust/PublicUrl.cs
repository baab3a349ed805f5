namespace PhoneAgent.Core.Trust;

/// <summary>
/// The spellings of one public address that Twilio may have signed. Worked out on the text, because a parsed address
/// would be normalised: letter case, escapes and double slashes are part of what was signed.
/// </summary>
internal static class PublicUrl
{
    /// <summary>As it is, without a port, and with the scheme's default port.</summary>
    public static IEnumerable<string> PortVariants(string url)
    {
        if (!TrySplit(url, out var scheme, out var host, out var rest))
        {
            return [url];
        }

        var bare = scheme + "://" + host;
        return new[] { url, bare + rest, $"{bare}:{DefaultPort(scheme)}{rest}" }.Distinct(StringComparer.Ordinal);
    }

    /// <summary>{the scheme, its http twin} × {as it is, with a trailing slash} × the port variants.</summary>
    public static IEnumerable<string> HandshakeVariants(string url)
    {
        string[] schemes = HttpTwin(url) is { } twin ? [url, twin] : [url];
        return schemes
            .SelectMany(one => new[] { one, one + "/" })
            .SelectMany(PortVariants)
            .Distinct(StringComparer.Ordinal);
    }

    private static string? HttpTwin(string url) =>
        url.StartsWith("wss:", StringComparison.OrdinalIgnoreCase) ? "https:" + url[4..]
        : url.StartsWith("ws:", StringComparison.OrdinalIgnoreCase) ? "http:" + url[3..]
        : null;

    private static string DefaultPort(string scheme) =>
        scheme.Equals("https", StringComparison.OrdinalIgnoreCase) || scheme.Equals("wss", StringComparison.OrdinalIgnoreCase) ? "443" : "80";

    // scheme://[user@]host[:port]rest, where rest starts with / ? # or is empty and an IPv6 host stands in brackets
    private static bool TrySplit(string url, out string scheme, out string host, out string rest)
    {
        scheme = host = rest = "";
        var authority = url.IndexOf("://", StringComparison.Ordinal);
        if (authority <= 0)
        {
            return false;
        }

        scheme = url[..authority];
        var start = authority + 3;
        var end = url.AsSpan(start).IndexOfAny("/?#") is var found and >= 0 ? start + found : url.Length;
        rest = url[end..];
        host = url[start..end];
        var colon = host.LastIndexOf(':');
        if (colon > host.LastIndexOf('@') && colon > host.LastIndexOf(']'))
        {
            host = host[..colon];
        }

        return true;
    }
}
