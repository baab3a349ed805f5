using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace PhoneAgent.Core.Calls;

/// <summary>What can be said of a phone number by its digits.</summary>
public static partial class PhoneNumber
{
    /// <summary>Whether a text is a number in E.164 format. Source: https://www.twilio.com/docs/glossary/what-e164</summary>
    public static bool IsE164(string? text) => text is not null && E164Pattern().IsMatch(text);

    /// <summary>Whether a number begins with one of some prefixes; an empty prefix is passed over.</summary>
    public static bool BeginsWithAny(string? number, IEnumerable<string> prefixes) =>
        number is not null && prefixes.Any(prefix => prefix.Length > 0 && number.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Stands for a number where the number itself need not be kept: 32 lowercase hexadecimal digits. Hides it from a glance only.</summary>
    public static string Digest(string number) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(number)).AsSpan(0, 16));

    [GeneratedRegex("^\\+[1-9][0-9]{1,14}\\z")]
    private static partial Regex E164Pattern();
}
