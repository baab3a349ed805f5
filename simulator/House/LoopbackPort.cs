using System.Net;
using System.Net.Sockets;

namespace PhoneAgent.Simulator.House;

/// <summary>Finds a free port before a server listens on it, where its own address is part of its configuration.</summary>
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
