using System.Runtime.CompilerServices;

namespace PhoneAgent.Tests.Browser;

/// <summary>The scripts of <c>tests/browser</c>, which look at a page in a real Chromium.</summary>
internal static class Chromium
{
    /// <summary>Runs them.</summary>
    public static NodeScripts Scripts { get; } = new("browser", TimeSpan.FromSeconds(120));

    /// <summary>What has to be installed first; null when nothing is missing.</summary>
    public static string? Missing =>
        Scripts.Missing("playwright-core")
        ?? (Environment.GetEnvironmentVariable("CHROMIUM") is null && Programs.Find("chromium") is null && Programs.Find("chromium-browser") is null && Programs.Find("google-chrome") is null ? "Chromium is not installed: install the package chromium, or name one in CHROMIUM." : null);
}

/// <summary>A test that looks at a page in Chromium; where that is missing it is skipped and its name says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsChromiumFactAttribute : FactAttribute
{
    public NeedsChromiumFactAttribute([CallerMemberName] string test = "") => this.SkipWhen(Chromium.Missing, test);
}
