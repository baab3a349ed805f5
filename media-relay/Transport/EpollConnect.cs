using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace PhoneAgent.MediaRelay.Transport;

/// <summary>Connects <see cref="HttpClient"/> by <see cref="EpollStream"/>.</summary>
[SupportedOSPlatform("linux")]
internal static class EpollConnect
{
    /// <summary>Connects to the first of the host's addresses that takes it.</summary>
    /// <exception cref="SocketException">The host is unknown, or none of its addresses takes it.</exception>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var failure = new SocketException((int)SocketError.HostNotFound);
        foreach (var address in await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation))
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(address, context.DnsEndPoint.Port), cancellation);
            }
            catch (SocketException e)
            {
                failure = e;
            }
        }

        throw failure;
    }

    private static async Task<EpollStream> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellation)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Not the framework's way of waiting: it would be told of everything that arrives, too, for as long as the socket lives.
            socket.Blocking = false;
            socket.Connect(endpoint);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // It is under way.
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var stream = new EpollStream(socket);
        try
        {
            await stream.ConnectedAsync(cancellation);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}
