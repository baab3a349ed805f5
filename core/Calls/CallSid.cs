using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace PhoneAgent.Core.Calls;

/// <summary>
/// Twilio's name of one phone call: <c>CA</c> and 32 hexadecimal digits. Holding one means the text was checked, so it
/// can stand in a path or a file name. Source: https://www.twilio.com/docs/glossary/what-is-a-sid
/// </summary>
[JsonConverter(typeof(CallSidJsonConverter))]
public readonly record struct CallSid
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private readonly string? _value;

    private CallSid(string value) => _value = value;

    /// <summary>The 34 characters as Twilio wrote them; empty for <c>default</c>, which names no call.</summary>
    public string Value => _value ?? string.Empty;

    /// <summary>Reads a CallSid; false for anything but <c>CA</c> and 32 hexadecimal digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out CallSid callSid)
    {
        callSid = default;
        if (text is not ['C', 'A', ..] || text.Length != 34 || text.AsSpan(2).ContainsAnyExcept(HexDigits))
        {
            return false;
        }

        callSid = new CallSid(text);
        return true;
    }

    /// <summary>Reads a CallSid that is known to be one.</summary>
    /// <exception cref="FormatException">The text is not a CallSid.</exception>
    public static CallSid Parse(string text) =>
        TryParse(text, out var callSid) ? callSid : throw new FormatException("A CallSid is CA and 32 hexadecimal digits.");

    /// <inheritdoc />
    public override string ToString() => Value;
}
