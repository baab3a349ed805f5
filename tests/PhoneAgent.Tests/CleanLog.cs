using System.Text.RegularExpressions;

namespace PhoneAgent.Tests;

/// <summary>What no log line may hold, whatever a test did: every relay and every handlers' host of the tests is asked at its end.</summary>
internal static partial class CleanLog
{
    /// <summary>Checks all lines, scopes included.</summary>
    /// <param name="lines">From Information on.</param>
    /// <param name="secrets">The keys and tokens of this host.</param>
    public static void Check(IReadOnlyCollection<string> lines, params string[] secrets)
    {
        Assert.DoesNotContain(lines, line => secrets.Any(secret => line.Contains(secret, StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => Ticket().IsMatch(line));
        Assert.DoesNotContain(lines, line => PhoneNumber().IsMatch(line));
        Assert.DoesNotContain(lines, line => Spoken.Any(words => line.Contains(words, StringComparison.OrdinalIgnoreCase)));
    }

    // Out of what the simulated Gemini and the demo's caller say.
    private static readonly string[] Spoken = ["Fern and Fable", "opening hours", "and on Sunday", "anything else", "Please go on", "live music"];

    [GeneratedRegex(@"v1\.\d+\.[0-9a-f]{32}\.")]
    private static partial Regex Ticket();

    [GeneratedRegex(@"\+[1-9]\d{7,14}")]
    private static partial Regex PhoneNumber();
}
