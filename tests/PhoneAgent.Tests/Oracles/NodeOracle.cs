using System.Diagnostics;
using System.Text;

namespace PhoneAgent.Tests.Oracles;

/// <summary>Runs a script of <c>tests/oracles</c>, which asks an official client.</summary>
internal static class NodeOracle
{
    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(20);

    /// <summary>Where the scripts are; null outside a checkout.</summary>
    public static string? Folder { get; } = FindFolder();

    /// <summary>The interpreter; null when it is not installed.</summary>
    public static string? Node { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => new[] { Path.Combine(folder, "node"), Path.Combine(folder, "node.exe") })
        .FirstOrDefault(File.Exists);

    /// <summary>Gives a script its standard input and returns its standard output.</summary>
    public static async Task<string> RunAsync(string script, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(Node!, Path.Combine(Folder!, script))
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        })!;
        using var late = new CancellationTokenSource(LongestRun);
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(late.Token), process.StandardError.ReadToEndAsync(late.Token));
            await process.StandardInput.WriteAsync(input.AsMemory(), late.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(late.Token);
            Assert.True(process.ExitCode == 0, await errors);
            return await output;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static string? FindFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ServerlessPhoneAgent.sln")))
        {
            folder = folder.Parent;
        }

        var oracles = folder is null ? null : Path.Combine(folder.FullName, "tests", "oracles");
        return Directory.Exists(oracles) ? oracles : null;
    }
}
