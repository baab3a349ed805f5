using System.Net;
using System.Net.Sockets;

namespace PhoneAgent.Simulator.Load;

/// <summary>Finds a free port for a process that must be told its port before it listens.</summary>
internal static class LoopbackPort
{
    /// <summary>A port that was free a moment ago.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
