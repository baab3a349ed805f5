using System.Security.Cryptography;
using System.Text;

namespace PhoneAgent.Core.Trust;

/// <summary>
/// Twilio's signature of its requests: <c>base64(HMAC-SHA1(auth token, url + name and value of each form field))</c>.
/// Source: https://www.twilio.com/docs/usage/security#validating-requests
/// </summary>
public static class TwilioSignature
{
    /// <summary>The header that carries it.</summary>
    public const string HeaderName = "X-Twilio-Signature";

    private const string BodyHashParameter = "bodySHA256=";

    /// <summary>The signature Twilio would send.</summary>
    /// <param name="authToken">The account's auth token.</param>
    /// <param name="url">The address Twilio was given, byte for byte.</param>
    /// <param name="fields">The decoded form fields, untrimmed, in any order; none for GET, JSON and WebSocket.</param>
    public static string Compute(string authToken, string url, IEnumerable<KeyValuePair<string, string?>> fields)
    {
        ArgumentException.ThrowIfNullOrEmpty(authToken);
        return Compute(authToken, url, Canonical(fields));
    }

    /// <summary>Whether the signature of a form post is Twilio's, over the address as it is, without its port, or with the default one.</summary>
    /// <param name="signature">The header's value; null when it was missing.</param>
    /// <param name="url">The public address Twilio was given: configured origin, raw path, raw query. Never built from Host or X-Forwarded-*.</param>
    /// <param name="fields">The decoded form fields, untrimmed, in any order.</param>
    /// <param name="authTokens">The token, and during a rotation the previous one. Empty ones are passed over; without any, nothing is genuine.</param>
    public static bool Verify(string? signature, string url, IEnumerable<KeyValuePair<string, string?>> fields, params ReadOnlySpan<string?> authTokens) =>
        Matches(signature, PublicUrl.PortVariants(url), Canonical(fields), authTokens);

    /// <summary>Whether the signature of a JSON post is Twilio's and the query's <c>bodySHA256</c> is the body's hash.</summary>
    /// <inheritdoc cref="Verify" />
    /// <param name="body">The body, byte for byte.</param>
#pragma warning disable CS1573 // the other parameters are inherited
    public static bool VerifyBody(string? signature, string url, ReadOnlySpan<byte> body, params ReadOnlySpan<string?> authTokens)
#pragma warning restore CS1573
    {
        var claimed = BodyHashIn(url);
        var actual = Convert.ToHexStringLower(SHA256.HashData(body));
        var sameBody = claimed is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(actual), Encoding.UTF8.GetBytes(claimed));
        return sameBody & Matches(signature, PublicUrl.PortVariants(url), "", authTokens);
    }

    /// <summary>
    /// Whether the signature of a stream's WebSocket handshake is Twilio's. Reports of what exactly is signed differ, so
    /// the http twin of the scheme and a trailing slash are accepted as well.
    /// </summary>
    /// <param name="signature">The header's value; null when it was missing.</param>
    /// <param name="url">The stream's address as the TwiML named it, ticket included.</param>
    /// <param name="authTokens">As for <see cref="Verify"/>.</param>
    public static bool VerifyHandshake(string? signature, string url, params ReadOnlySpan<string?> authTokens) =>
        Matches(signature, PublicUrl.HandshakeVariants(url), "", authTokens);

    // Every variant is tried with every token, whatever the first ones gave: the time taken tells nothing.
    private static bool Matches(string? signature, IEnumerable<string> urls, string fields, ReadOnlySpan<string?> authTokens)
    {
        var given = Encoding.UTF8.GetBytes(signature ?? "");
        var genuine = false;
        foreach (var url in urls)
        {
            foreach (var token in authTokens)
            {
                genuine |= !string.IsNullOrWhiteSpace(token)
                    && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Compute(token, url, fields)), given);
            }
        }

        return genuine;
    }

#pragma warning disable CA5350 // HMAC-SHA1 is Twilio's choice
    private static string Compute(string authToken, string url, string fields) =>
        Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(authToken), Encoding.UTF8.GetBytes(url + fields)));
#pragma warning restore CA5350

    private static string Canonical(IEnumerable<KeyValuePair<string, string?>> fields)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in fields
            .Select(field => (Name: field.Key, Value: field.Value ?? ""))
            .Distinct()
            .OrderBy(field => field.Name, StringComparer.Ordinal)
            .ThenBy(field => field.Value, StringComparer.Ordinal))
        {
            text.Append(name).Append(value);
        }

        return text.ToString();
    }

    private static string? BodyHashIn(string url)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? null : url[(query + 1)..].Split('&')
            .FirstOrDefault(parameter => parameter.StartsWith(BodyHashParameter, StringComparison.Ordinal))?[BodyHashParameter.Length..];
    }
}
