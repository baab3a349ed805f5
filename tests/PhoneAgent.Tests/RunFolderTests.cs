namespace PhoneAgent.Tests;

public sealed class RunFolderTests
{
    [Fact]
    public void What_tests_make_lies_in_the_folder_of_the_run() =>
        Assert.StartsWith("phone-agent-tests-", Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetTempPath())), StringComparison.Ordinal);
}
