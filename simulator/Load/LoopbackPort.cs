using System.Net;
using System.Net.Sockets;

namespace PhoneAgent.Simulator.Load;

/// <summary>Finds a free port for a process that must be told its port before it listens.</summary>
internal static class LoopbackPort
{
    // Below the ports that systems give to whoever asks for any (Linux from 32,768 on, others from 49,152): one of those may be
    // somebody else's by the time the process listens.
    private const int First = 20_000;
    private const int Count = 12_000;

    private static int _next = Random.Shared.Next(Count);

    /// <summary>A port that was free a moment ago; another one each time.</summary>
    /// <exception cref="SocketException">None is free.</exception>
    public static int Free()
    {
        for (var tries = 1; ; tries++)
        {
            var port = First + (Interlocked.Increment(ref _next) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException) when (tries < Count)
            {
                // Somebody has it.
            }
        }
    }
}
