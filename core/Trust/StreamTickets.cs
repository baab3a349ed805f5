using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;

namespace PhoneAgent.Core.Trust;

/// <summary>
/// Writes and checks the ticket in a stream's address, by which the relay knows that the handlers, and so Twilio, sent
/// the caller. <c>v1.{expiry}.{nonce}.{mac}</c>: expiry in Unix seconds, nonce 16 random bytes in lowercase hex, mac
/// base64url without padding of HMAC-SHA256 over <c>v1|{callSid}|{expiry}|{nonce}</c>.
/// </summary>
public sealed class StreamTickets
{
    /// <summary>How long a ticket is good for: the time from the TwiML to the stream's WebSocket, greeting and pauses included.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(120);

    /// <summary>How far the clocks of handlers and relay may differ before a ticket seems to come from the future.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    private const int NonceLength = 32;
    private const int MacLength = 43; // base64url of 32 bytes, no padding
    private const int MaxExpiryLength = 12;

    private static readonly SearchValues<char> LowercaseHex = SearchValues.Create("0123456789abcdef");

    private readonly Func<PhoneAgentSettings> _settings;
    private readonly TimeProvider _time;

    /// <summary>Tickets under fixed keys.</summary>
    public StreamTickets(PhoneAgentSettings settings, TimeProvider time)
        : this(() => settings, time)
    {
    }

    /// <summary>Tickets under the keys of the moment, so that a rotation needs no restart.</summary>
    public StreamTickets(IOptionsMonitor<PhoneAgentSettings> settings, TimeProvider time)
        : this(() => settings.CurrentValue, time)
    {
    }

    private StreamTickets(Func<PhoneAgentSettings> settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
    }

    /// <summary>A fresh nonce, and the expiry of a ticket written now.</summary>
    public TicketTerms NewTerms() => new(
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceLength / 2)),
        DateTimeOffset.FromUnixTimeSeconds((_time.GetUtcNow() + Lifetime).ToUnixTimeSeconds()));

    /// <summary>The ticket for a call; the same terms give the same ticket again.</summary>
    /// <exception cref="InvalidOperationException">There is no usable key.</exception>
    public string Write(CallSid callSid, TicketTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var key = Key(_settings().TicketKey) ?? throw new InvalidOperationException("PhoneAgent__TicketKey is not base64 of at least 32 bytes.");
        var expiry = terms.ExpiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"v1.{expiry}.{terms.Nonce}.{Mac(key, callSid, expiry, terms.Nonce)}";
    }

    /// <summary>Checks a ticket that came with an address; takes any text and never throws on it.</summary>
    public TicketCheck Check(CallSid callSid, ReadOnlySpan<char> ticket)
    {
        if (!TrySplit(ticket, out var expiry, out var nonce, out var mac))
        {
            return new TicketCheck(TicketOutcome.Malformed, null);
        }

        var settings = _settings();
        var genuine = IsMacOf(settings.TicketKey, callSid, expiry, nonce, mac)
            | IsMacOf(settings.PreviousTicketKey, callSid, expiry, nonce, mac);
        if (!genuine)
        {
            return new TicketCheck(TicketOutcome.Forged, null);
        }

        var now = _time.GetUtcNow();
        var expiresAt = DateTimeOffset.FromUnixTimeSeconds(long.Parse(expiry, CultureInfo.InvariantCulture));
        return now >= expiresAt ? new TicketCheck(TicketOutcome.Expired, null)
            : expiresAt - now > Lifetime + ClockSkew ? new TicketCheck(TicketOutcome.FromTheFuture, null)
            : new TicketCheck(TicketOutcome.Genuine, nonce.ToString());
    }

    private static bool TrySplit(ReadOnlySpan<char> ticket, out ReadOnlySpan<char> expiry, out ReadOnlySpan<char> nonce, out ReadOnlySpan<char> mac)
    {
        expiry = nonce = mac = default;
        Span<Range> parts = stackalloc Range[5];
        if (ticket.Length > 3 + MaxExpiryLength + 1 + NonceLength + 1 + MacLength || ticket.Split(parts, '.') != 4)
        {
            return false;
        }

        expiry = ticket[parts[1]];
        nonce = ticket[parts[2]];
        mac = ticket[parts[3]];
        return ticket[parts[0]] is "v1"
            && expiry.Length is > 0 and <= MaxExpiryLength && !expiry.ContainsAnyExceptInRange('0', '9') && DateTimeOffset.MaxValue.ToUnixTimeSeconds() >= long.Parse(expiry, CultureInfo.InvariantCulture)
            && nonce.Length == NonceLength && !nonce.ContainsAnyExcept(LowercaseHex)
            && mac.Length == MacLength && Ascii.IsValid(mac);
    }

    // The mac is compared as text: decoding first would accept several spellings of the same bytes.
    private static bool IsMacOf(string? key, CallSid callSid, ReadOnlySpan<char> expiry, ReadOnlySpan<char> nonce, ReadOnlySpan<char> mac) =>
        Key(key) is { } bytes
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Mac(bytes, callSid, expiry, nonce)), Encoding.ASCII.GetBytes(mac.ToString()));

    private static string Mac(byte[] key, CallSid callSid, ReadOnlySpan<char> expiry, ReadOnlySpan<char> nonce) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"v1|{callSid}|{expiry}|{nonce}")));

    private static byte[]? Key(string? base64)
    {
        var bytes = new byte[base64?.Length ?? 0];
        return Convert.TryFromBase64String(base64 ?? "", bytes, out var length) && length >= PhoneAgentSettings.MinTicketKeyBytes ? bytes[..length] : null;
    }
}

/// <summary>What makes one ticket differ from the next; kept in the call log in place of the ticket itself.</summary>
/// <param name="Nonce">32 lowercase hexadecimal digits.</param>
/// <param name="ExpiresAt">Whole seconds.</param>
public sealed record TicketTerms(string Nonce, DateTimeOffset ExpiresAt);

/// <summary>What a check found.</summary>
/// <param name="Outcome">Only <see cref="TicketOutcome.Genuine"/> lets the stream in.</param>
/// <param name="Nonce">The ticket's nonce when it is genuine, else null.</param>
public readonly record struct TicketCheck(TicketOutcome Outcome, string? Nonce);

/// <summary>What can be said of a ticket.</summary>
public enum TicketOutcome
{
    /// <summary>Not the shape of a ticket.</summary>
    Malformed,

    /// <summary>Signed with no key of ours, or made for another call.</summary>
    Forged,

    /// <summary>Ours, but too old.</summary>
    Expired,

    /// <summary>Ours, but it expires later than any ticket written now: a clock is wrong, or a key was misused.</summary>
    FromTheFuture,

    /// <summary>Ours, for this call, now.</summary>
    Genuine,
}
