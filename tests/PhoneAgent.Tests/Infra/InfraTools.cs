using System.Runtime.CompilerServices;

namespace PhoneAgent.Tests.Infra;

/// <summary>The scripts of <c>tests/infra</c>, and the files they look at.</summary>
internal static class InfraTools
{
    /// <summary>Runs the scripts of <c>tests/infra</c>.</summary>
    public static NodeScripts Scripts { get; } = new("infra", TimeSpan.FromSeconds(60));

    /// <summary>What has to be installed first; null when nothing is missing.</summary>
    public static string? Missing => Scripts.Missing("ajv", "tree-sitter-bicep", "tree-sitter-powershell", "@kusto");

    /// <summary>All bicep files, main.bicep first.</summary>
    public static IReadOnlyList<string> BicepFiles { get; } =
        [.. Directory.GetFiles(Path.Combine(Checkout.Root, "infra"), "*.bicep", SearchOption.AllDirectories).OrderByDescending(path => Path.GetFileName(path) == "main.bicep").ThenBy(path => path, StringComparer.Ordinal)];

    /// <summary>The text of a file of the repository.</summary>
    public static string Text(params string[] path) => File.ReadAllText(Path.Combine([Checkout.Root, .. path]));
}

/// <summary>A test that needs the npm packages of <c>tests/infra</c>, and for some a file beside the repository; where one is missing it is skipped and its name says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsInfraToolsFactAttribute : FactAttribute
{
    public NeedsInfraToolsFactAttribute(string? beside = null, [CallerMemberName] string test = "") =>
        this.SkipWhen(InfraTools.Missing ?? (beside is not null && Checkout.Beside(beside) is null ? $"{beside} is not beside the repository (../shared/facts)." : null), test);
}
