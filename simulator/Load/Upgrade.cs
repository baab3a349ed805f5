using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace PhoneAgent.Simulator.Load;

/// <summary>
/// The HTTP request and answer that open a WebSocket, from either side. It blocks: a socket that was ever waited for asynchronously stays in
/// the runtime's event loop, which each later arrival would wake. Source: RFC 6455, section 4.
/// </summary>
internal static class Upgrade
{
    // Source: RFC 6455, section 1.3.
    private const string AcceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private const int MaxHeadBytes = 16 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Opens a WebSocket; returns the socket and what came behind the answer.</summary>
    /// <exception cref="IOException">The peer does not open one.</exception>
    public static (Socket Socket, byte[] LeftOver) Connect(Uri url, string? signature)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, url.Port);
            var signed = signature is null ? "" : $"X-Twilio-Signature: {signature}\r\n";
            var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
            var request = $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nUser-Agent: Twilio.TmeWs/1.0\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{signed}\r\n";
            socket.Send(Encoding.ASCII.GetBytes(request));
            var (head, leftOver) = ReadHead(socket);
            var status = head.Split("\r\n", 2)[0];
            return status.Split(' ') is [_, "101", ..] ? (socket, leftOver) : throw new IOException($"the relay answered \"{status}\"");
        }
        catch (Exception e)
        {
            socket.Dispose();
            throw e is SocketException ? new IOException(e.Message, e) : e;
        }
    }

    /// <summary>Answers a request for a WebSocket.</summary>
    /// <param name="socket">Where it came from.</param>
    /// <param name="head">See <see cref="ReadHead"/>.</param>
    /// <exception cref="IOException">The peer does not ask for one.</exception>
    public static void Accept(Socket socket, string head)
    {
        var key = Field(head, "Sec-WebSocket-Key") ?? throw new IOException("no WebSocket was asked for");
        var answer = $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {AcceptKey(key)}\r\n\r\n";
        socket.Send(Encoding.ASCII.GetBytes(answer));
    }

    /// <summary>A field of a head; null when it has none of that name.</summary>
    public static string? Field(string head, string name) =>
        head.Split("\r\n").FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();

    /// <summary>Reads a request's or an answer's head; returns it with what came behind it.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public static (string Head, byte[] LeftOver) ReadHead(Socket socket)
    {
        socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        var buffer = new byte[MaxHeadBytes];
        for (var filled = 0; filled < buffer.Length;)
        {
            var received = socket.Receive(buffer.AsSpan(filled));
            if (received == 0)
            {
                throw new IOException("the peer closed the connection in the handshake");
            }

            filled += received;
            var end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                return (Encoding.ASCII.GetString(buffer, 0, end), buffer[(end + 4)..filled]);
            }
        }

        throw new IOException("the peer's handshake is too long");
    }

    [SuppressMessage("Security", "CA5350", Justification = "The handshake is defined with SHA-1; it protects nothing.")]
    private static string AcceptKey(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptGuid)));
}
