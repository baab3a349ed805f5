namespace PhoneAgent.Tests;

/// <summary>How a test is skipped on a machine that lacks what it needs: its name says why, because <c>dotnet test</c> shows the name and keeps the reason to itself.</summary>
internal static class SkippedAloud
{
    /// <summary>Skips a test.</summary>
    /// <param name="attribute">Of the test.</param>
    /// <param name="missing">What is missing, and what helps; null when nothing is.</param>
    /// <param name="test">The test's method.</param>
    public static void SkipWhen(this FactAttribute attribute, string? missing, string test)
    {
        if (missing is not null)
        {
            attribute.Skip = missing;
            attribute.DisplayName = $"{test} — {missing}";
        }
    }
}
