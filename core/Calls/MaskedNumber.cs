namespace PhoneAgent.Core.Calls;

/// <summary>How a phone number appears in logs.</summary>
public static class MaskedNumber
{
    /// <summary>The last four characters of a number, or nothing of a shorter one.</summary>
    public static string Of(string? number) => number is { Length: > 6 } ? "…" + number[^4..] : "…";
}
