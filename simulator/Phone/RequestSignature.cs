using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace PhoneAgent.Simulator.Phone;

/// <summary>
/// Makes X-Twilio-Signature as Twilio makes it, written apart from the code that checks it.
/// Source: https://www.twilio.com/docs/usage/security#validating-requests
/// </summary>
internal static class RequestSignature
{
    /// <summary>base64(HMAC-SHA1(token, url + every distinct name and value, sorted)); without fields the URL alone.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "Twilio signs with HMAC-SHA1.")]
    public static string Of(string authToken, string url, IEnumerable<KeyValuePair<string, string>> form)
    {
        var signed = new StringBuilder(url);
        var pairs = form.Distinct()
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .ThenBy(pair => pair.Value, StringComparer.Ordinal);
        foreach (var (name, value) in pairs)
        {
            signed.Append(name).Append(value);
        }

        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(authToken), Encoding.UTF8.GetBytes(signed.ToString())));
    }

    /// <summary>The signature of a WebSocket handshake: over the address of the stream and nothing else.</summary>
    public static string OfHandshake(string authToken, string streamUrl) => Of(authToken, streamUrl, []);

    /// <summary>A URL as Twilio signs it for voice: no user info, no fragment, over https no port.</summary>
    public static string SignedUrl(Uri url)
    {
        var port = url.IsDefaultPort || url.Scheme == Uri.UriSchemeHttps ? string.Empty : $":{url.Port}";
        return $"{url.Scheme}://{url.Host}{port}{url.PathAndQuery}";
    }
}
