namespace PhoneAgent.Core.Configuration;

/// <summary>Section <c>Twilio</c>: the account that calls belong to.</summary>
public sealed class TwilioSettings
{
    /// <summary><c>AC</c> and 32 hexadecimal digits; a stream of any other account is refused.</summary>
    public string AccountSid { get; set; } = "";

    /// <summary>Signs and so proves Twilio's requests. Required by the handlers; given to the relay, it checks the handshake as well.</summary>
    public string? AuthToken { get; set; }

    /// <summary>Accepted beside <see cref="AuthToken"/> while it is rotated.</summary>
    public string? PreviousAuthToken { get; set; }

    /// <summary>An API key, <c>SK…</c>, that places calls in place of the auth token, which then only signs; null uses the token.</summary>
    public string? ApiKeySid { get; set; }

    /// <summary>Belongs to <see cref="ApiKeySid"/>.</summary>
    public string? ApiKeySecret { get; set; }

    /// <summary>The number outbound calls come from unless the request names another of ours, E.164.</summary>
    public string? PhoneNumber { get; set; }

    /// <summary>More numbers that outbound calls may come from, E.164.</summary>
    public IList<string> PhoneNumbers { get; } = [];
}
