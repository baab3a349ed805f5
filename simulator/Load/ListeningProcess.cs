using System.Diagnostics;
using System.Globalization;

namespace PhoneAgent.Simulator.Load;

/// <summary>Finds out who listens on a port of this machine. Needs Linux. Source: proc_pid_net(5), proc_pid_fd(5)</summary>
internal static class ListeningProcess
{
    private const string Listen = "0A";

    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>The process that listens on a TCP port; null when nobody does, or nobody this process may look at.</summary>
    public static Process? Find(int port)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var sockets = Sockets(port).Select(inode => $"socket:[{inode}]").ToHashSet();
        return sockets.Count == 0 ? null : Process.GetProcesses().FirstOrDefault(process => Holds(process, sockets));
    }

    // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …; addresses are IP:PORT in hexadecimal
    private static IEnumerable<string> Sockets(int port)
    {
        var ending = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        return Tables
            .Where(File.Exists)
            .SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[1].EndsWith(ending, StringComparison.Ordinal) && fields[3] == Listen)
            .Select(fields => fields[9]);
    }

    private static bool Holds(Process process, HashSet<string> sockets)
    {
        try
        {
            return new DirectoryInfo($"/proc/{process.Id}/fd").EnumerateFiles().Any(file => file.LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // it has just ended, or is somebody else's
        }
    }
}
