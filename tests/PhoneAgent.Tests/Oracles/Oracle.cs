namespace PhoneAgent.Tests.Oracles;

/// <summary>The scripts of <c>tests/oracles</c>, which use the official packages.</summary>
internal static class Oracle
{
    /// <summary>Runs them.</summary>
    public static NodeScripts Scripts { get; } = new("oracles", TimeSpan.FromSeconds(60));

    /// <summary>What has to be installed first; null when nothing is missing.</summary>
    public static string? Missing => Scripts.Missing("twilio", "@google/genai", "ws");
}
