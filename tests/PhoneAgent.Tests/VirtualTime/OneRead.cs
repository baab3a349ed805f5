using PhoneAgent.MediaRelay.Sockets;

namespace PhoneAgent.Tests.VirtualTime;

/// <summary>What one message, or the end of a connection, told a test that reads message by message.</summary>
internal sealed record OneRead(SocketRead End, byte[] Message)
{
    /// <summary><see cref="SocketReadKind.Stopped"/> where there is a message.</summary>
    public SocketReadKind Kind => End.Kind;
}

internal static class OneReads
{
    /// <summary>The next message, or how the connection ended.</summary>
    public static async Task<OneRead> ReadAsync(this IMessageSocket socket)
    {
        byte[] message = [];
        var end = await socket.ReadAsync(bytes =>
        {
            message = bytes.ToArray();
            return false;
        });
        return new OneRead(end, message);
    }
}
