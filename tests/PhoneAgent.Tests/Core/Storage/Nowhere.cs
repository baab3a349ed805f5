using System.Net;
using System.Net.Sockets;
using Azure.Core;
using Azure.Core.Pipeline;

namespace PhoneAgent.Tests.Core.Storage;

/// <summary>A store that is away: nothing listens there.</summary>
internal static class Nowhere
{
    /// <summary>A container at a port of this machine that is bound and never listened at, so that nobody else gets it.</summary>
    public static Uri Container { get; } = new($"http://127.0.0.1:{((IPEndPoint)Bound().LocalEndPoint!).Port}/tests/calls");

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}

/// <summary>A network that can be switched off: then no request arrives.</summary>
internal sealed class Outage : HttpPipelineSynchronousPolicy
{
    public bool On { get; set; }

    /// <summary>How many more requests arrive before it begins; null for any number.</summary>
    public int? OnAfter { get; set; }

    public override void OnSendingRequest(HttpMessage message)
    {
        if (On || OnAfter-- <= 0)
        {
            throw new IOException("The network is unreachable.");
        }
    }
}
