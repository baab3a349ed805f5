namespace PhoneAgent.Simulator.Phone;

/// <summary>
/// Twilio knows public addresses; on a laptop the same services listen on loopback. Signatures are made over the public
/// address, connections go to the local one.
/// </summary>
internal sealed class PublicAddresses
{
    private readonly List<(string Public, string Local)> _bases = [];

    public PublicAddresses(PhoneSettings settings)
    {
        IncomingUrl = settings.IncomingUrl;
        if (settings.PublicBaseUrl is { } publicBase)
        {
            IncomingUrl = new Uri(Base(publicBase) + settings.IncomingUrl.PathAndQuery);
            _bases.Add((Base(publicBase), settings.IncomingUrl.GetLeftPart(UriPartial.Authority)));
        }

        if (settings is { PublicStreamUrl: { } publicStream, LocalStreamUrl: { } localStream })
        {
            _bases.Add((Base(publicStream), Base(localStream)));
        }
    }

    /// <summary>The voice URL as Twilio was given it.</summary>
    public Uri IncomingUrl { get; }

    /// <summary>Where to connect for a public address: below a known base to its local twin, else where it says.</summary>
    public Uri ToLocal(Uri publicUrl)
    {
        var text = publicUrl.AbsoluteUri;
        foreach (var (publicBase, localBase) in _bases)
        {
            if (text.StartsWith(publicBase, StringComparison.OrdinalIgnoreCase)
                && (text.Length == publicBase.Length || text[publicBase.Length] is '/' or '?'))
            {
                return new Uri(localBase + text[publicBase.Length..]);
            }
        }

        return publicUrl;
    }

    private static string Base(Uri url) => url.AbsoluteUri.TrimEnd('/');
}
