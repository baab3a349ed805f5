using System.Globalization;
using PhoneAgent.Core.Documents;

namespace PhoneAgent.Core.Calls;

/// <summary>Where a call log keeps what, whatever it is stored in: names of blobs, and of files below a folder.</summary>
internal static class CallLogNames
{
    /// <summary>A call's events.</summary>
    public static string Call(CallSid call) => $"calls/{call}";

    /// <summary>The calls that began on a UTC day.</summary>
    public static string Day(DateOnly day) => "days/" + day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>What lists a call under the UTC day on which it began.</summary>
    public static string Listed(DateTimeOffset began, CallSid call) => $"{Day(DateOnly.FromDateTime(began.UtcDateTime))}/{call}";

    /// <summary>A call's claimed tickets.</summary>
    public static string Claims(CallSid call) => $"claims/{call}";

    /// <summary>Who claimed a ticket.</summary>
    /// <exception cref="ArgumentException">The nonce is none: it becomes a name, so it is not taken on trust.</exception>
    public static string Claim(CallSid call, string nonce) => nonce is { Length: 32 } && nonce.All(char.IsAsciiHexDigitLower)
        ? $"{Claims(call)}/{nonce}"
        : throw new ArgumentException("A nonce is 32 lowercase hexadecimal digits.", nameof(nonce));

    /// <summary>What the names of all that was recorded of a call begin with.</summary>
    public static string Recordings(CallSid call) => $"recordings/{call}";

    /// <summary>The recording of one of a call's streams.</summary>
    public static string Recording(CallSid call, int attempt) => string.Create(CultureInfo.InvariantCulture, $"{Recordings(call)}-{attempt:000}");

    /// <summary>The outbound request that a call came from; null for an inbound call.</summary>
    public static DocumentName? Request(CallRecord record) => record.RequestId is { } request ? new DocumentName("outbound", request) : null;
}
