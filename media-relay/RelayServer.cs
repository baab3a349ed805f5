using Microsoft.AspNetCore.Connections;
using PhoneAgent.MediaRelay.Transport;

namespace PhoneAgent.MediaRelay;

/// <summary>How Kestrel runs in the relay's own process. Measured settings; see DECISIONS.md.</summary>
public static class RelayServer
{
    /// <summary>
    /// Kestrel over TCP with its continuations on the thread that received the bytes: <see cref="EpollTransport"/>, and the framework's sockets where that is not for.
    /// </summary>
    public static IWebHostBuilder UseRelayServer(this IWebHostBuilder host) => host
        .UseKestrelHttpsConfiguration()
        .ConfigureKestrel(kestrel => kestrel.AddServerHeader = false)
        .UseSockets(sockets => // these are for where EpollTransport does not serve
        {
            sockets.UnsafePreferInlineScheduling = true;
            sockets.IOQueueCount = Environment.ProcessorCount;

            // 4 kB a call, for one step less with each message.
            sockets.WaitForDataBeforeAllocatingBuffer = false;
        })
        .ConfigureServices(services => services.AddSingleton<IConnectionListenerFactory, EpollTransport>()); // asked before those registered earlier
}
