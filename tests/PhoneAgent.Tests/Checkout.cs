namespace PhoneAgent.Tests;

/// <summary>The checkout the tests run from.</summary>
internal static class Checkout
{
    /// <summary>Its top folder.</summary>
    public static string Root { get; } = Find();

    /// <summary>Its own files of a kind, by their path from the top with slashes; what was built or installed is left out.</summary>
    public static IEnumerable<string> Files(string pattern) =>
        from path in Directory.EnumerateFiles(Root, pattern, new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
        let parts = Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar)
        where !parts.Any(part => part is "obj" or "bin" or "node_modules" or ".git" or "out")
        select string.Join('/', parts);

    /// <summary>A file that is not ours to publish, beside the repository; null when it is not there.</summary>
    public static string? Beside(string name) =>
        Path.Combine(Root, "..", "shared", "facts", name) is var path && File.Exists(path) ? path : null;

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ServerlessPhoneAgent.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run from a checkout.");
        }

        return folder;
    }
}
