namespace PhoneAgent.Tests;

/// <summary>
/// The temporary folder of one run of the tests: whatever tests, what they test and the programs they start put into the system's temporary folder goes
/// here, and is gone when all are over, also what a failed test or a killed program could not delete.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    private static readonly string[] Variables = OperatingSystem.IsWindows() ? ["TMP", "TEMP"] : ["TMPDIR"];

    private readonly Dictionary<string, string?> _before = Variables.ToDictionary(name => name, Environment.GetEnvironmentVariable);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("phone-agent-tests-");

    public RunFolder()
    {
        if (!OperatingSystem.IsWindows())
        {
            // Some programs run as another user: they may pass through, not look around.
            _folder.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        }

        foreach (var name in Variables)
        {
            Environment.SetEnvironmentVariable(name, _folder.FullName);
        }
    }

    public void Dispose()
    {
        foreach (var (name, value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        try
        {
            _folder.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A program that outlives the tests holds something open or writes still; that is told where programs are ended.
        }
    }
}
