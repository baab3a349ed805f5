using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using PhoneAgent.MediaRelay.Transport;

namespace PhoneAgent.Tests.Relay.Transport;

/// <summary>A connection over loopback: the relay's stream at one end, the framework's socket at the other.</summary>
[SupportedOSPlatform("linux")]
internal sealed class Wire : IAsyncDisposable
{
    private int _ends;

    private Wire(Socket near, Socket far)
    {
        Near = new EpollStream(near, () => Interlocked.Increment(ref _ends));
        Far = far;
    }

    public EpollStream Near { get; }

    public Socket Far { get; }

    /// <summary>How often the end was told.</summary>
    public int Ends => Volatile.Read(ref _ends);

    public static async Task<Wire> LayAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await far.ConnectAsync(listener.LocalEndPoint!);
        return new Wire(await listener.AcceptAsync(), far);
    }

    public async ValueTask DisposeAsync()
    {
        await Near.DisposeAsync();
        Far.Dispose();
    }
}
