using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PhoneAgent.MediaRelay.Transport;

/// <summary>
/// Receives from and sends to sockets that never block, without the framework's layers above the system: a hundredth or two of what a call costs.
/// Source: recv(2), send(2), errno(3).
/// </summary>
[SupportedOSPlatform("linux")]
internal static partial class SocketCalls
{
    private const int Interrupted = 4;
    private const int NoSignal = 0x4000;

    /// <summary>Receives what is there; 0 bytes without an error: the peer has finished.</summary>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public static int Receive(SafeSocketHandle socket, Span<byte> buffer, out SocketError error)
    {
        nint received;
        do
        {
            received = Receive(socket, buffer, (nuint)buffer.Length, 0);
        }
        while (Failed(received, out error));
        return (int)Math.Max(received, 0);
    }

    /// <summary>Sends as much as is taken.</summary>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public static int Send(SafeSocketHandle socket, ReadOnlySpan<byte> bytes, out SocketError error)
    {
        nint sent;
        do
        {
            sent = Send(socket, bytes, (nuint)bytes.Length, NoSignal);
        }
        while (Failed(sent, out error));
        return (int)Math.Max(sent, 0);
    }

    // Whether to try again.
    private static bool Failed(nint result, out SocketError error)
    {
        var errno = result < 0 ? Marshal.GetLastPInvokeError() : 0;
        error = errno switch
        {
            0 => SocketError.Success,
            11 => SocketError.WouldBlock,
            32 => SocketError.Shutdown,
            104 => SocketError.ConnectionReset,
            110 => SocketError.TimedOut,
            _ => SocketError.SocketError,
        };
        return errno == Interrupted;
    }

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(SafeSocketHandle socket, Span<byte> buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(SafeSocketHandle socket, ReadOnlySpan<byte> bytes, nuint length, int flags);
}
