using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PhoneAgent.Simulator.Load;

/// <summary>
/// Writes stream tickets apart from the code that checks them: <c>v1.{expiry}.{nonce}.{mac}</c>, expiry in Unix seconds,
/// nonce 16 bytes in lowercase hex, mac base64url without padding of HMAC-SHA256 over <c>v1|{callSid}|{expiry}|{nonce}</c>.
/// </summary>
internal static class MintedTicket
{
    /// <summary>How long a ticket is good for.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(120);

    /// <summary>A fresh ticket for a call.</summary>
    public static string New(byte[] key, string callSid) => Write(
        key, callSid, DateTimeOffset.UtcNow.Add(Lifetime).ToUnixTimeSeconds(), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));

    /// <summary>The ticket with this expiry and nonce.</summary>
    public static string Write(byte[] key, string callSid, long expiry, string nonce)
    {
        var signed = string.Create(CultureInfo.InvariantCulture, $"v1|{callSid}|{expiry}|{nonce}");
        var mac = Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)));
        return string.Create(CultureInfo.InvariantCulture, $"v1.{expiry}.{nonce}.{mac}");
    }
}
