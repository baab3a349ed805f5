using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using PhoneAgent.Core.Documents;

namespace PhoneAgent.Handlers.Outbound;

/// <summary>
/// Names one request for an outbound call: 64 lowercase hexadecimal digits. It stands in the addresses that Twilio asks,
/// so the first webhook tells which request a call belongs to, even when placing it seemed to fail.
/// </summary>
public readonly record struct RequestId
{
    /// <summary>The query parameter that carries it.</summary>
    public const string QueryName = "request";

    private const int Length = 64;

    private static readonly SearchValues<char> LowercaseHex = SearchValues.Create("0123456789abcdef");

    private RequestId(string value) => Value = value;

    /// <summary>The digits.</summary>
    public string Value { get; }

    /// <summary>Where the request is kept.</summary>
    internal DocumentName Document => new("outbound", Value);

    /// <summary>The same for the same Idempotency-Key: its SHA-256.</summary>
    public static RequestId FromKey(string idempotencyKey) => new(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey))));

    /// <summary>A new one, for a request without a key.</summary>
    public static RequestId New() => new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Length / 2)));

    /// <summary>Reads one; false for anything but 64 lowercase hexadecimal digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out RequestId requestId)
    {
        var isOne = text is { Length: Length } && !text.AsSpan().ContainsAnyExcept(LowercaseHex);
        requestId = isOne ? new RequestId(text!) : default;
        return isOne;
    }

    /// <inheritdoc />
    public override string ToString() => Value;
}
