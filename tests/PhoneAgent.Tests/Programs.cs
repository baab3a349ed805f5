namespace PhoneAgent.Tests;

/// <summary>The programs of this machine that some tests need.</summary>
internal static class Programs
{
    /// <summary>A program on the PATH; null when there is none of that name.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program))
        .FirstOrDefault(File.Exists);
}
