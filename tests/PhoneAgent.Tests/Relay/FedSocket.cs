using System.Text;
using PhoneAgent.MediaRelay.Sockets;

namespace PhoneAgent.Tests.Relay;

/// <summary>A socket whose messages a test feeds in on its own thread, and which forgets what is sent but for the last bytes. Allocates nothing for a message.</summary>
internal sealed class FedSocket : IMessageSocket
{
    private readonly byte[] _last = new byte[8_192];
    private MessageHandler _take = static _ => false;
    private TaskCompletionSource<SocketRead> _reading = new();
    private SocketRead? _end;

    /// <summary>Messages sent so far.</summary>
    public int Sent { get; private set; }

    /// <summary>The last message sent.</summary>
    public ReadOnlyMemory<byte> Last { get; private set; }

    /// <summary>Told of each message sent.</summary>
    public Action<FedSocket>? OnSent { get; set; }

    public Task<SocketRead> ReadAsync(MessageHandler take)
    {
        (_take, _reading) = (take, new TaskCompletionSource<SocketRead>());
        return _end is { } end ? Task.FromResult(end) : _reading.Task;
    }

    /// <summary>Gives the reader a message; it has handled it when this returns.</summary>
    public void Feed(ReadOnlyMemory<byte> message)
    {
        if (!_take(message.Span))
        {
            _reading.SetResult(new SocketRead(SocketReadKind.Stopped));
        }
    }

    public void Feed(string message) => Feed(Encoding.UTF8.GetBytes(message));

    public void Close()
    {
        _end = new SocketRead(SocketReadKind.Closed, CloseCode: 1000);
        _reading.SetResult(_end.Value);
    }

    public ValueTask<bool> SendAsync(ReadOnlyMemory<byte> message, bool more = false)
    {
        message.CopyTo(_last);
        Last = _last.AsMemory(0, message.Length);
        Sent++;
        OnSent?.Invoke(this);
        return ValueTask.FromResult(true);
    }

    public Task CloseAsync(ushort code, string reason) => Task.CompletedTask;

    public void Abort()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
