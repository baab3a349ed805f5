namespace PhoneAgent.Simulator.Commands;

/// <summary>What the commands tell the shell.</summary>
internal static class ExitCodes
{
    /// <summary>All went as it should.</summary>
    public const int Done = 0;

    /// <summary>It ran, but not as it should.</summary>
    public const int Failed = 1;

    /// <summary>The command line, a file or the configuration cannot be used.</summary>
    public const int BadInput = 2;
}
