using System.Text;
using System.Threading.Tasks.Sources;
using PhoneAgent.MediaRelay.Sockets;

namespace PhoneAgent.Tests.Relay;

/// <summary>A socket whose messages a test feeds in on its own thread, and which forgets what is sent but for the last bytes. Allocates nothing.</summary>
internal sealed class FedSocket : IMessageSocket, IValueTaskSource<SocketRead>
{
    private readonly byte[] _last = new byte[8_192];
    private ManualResetValueTaskSourceCore<SocketRead> _read;
    private SocketRead? _end;

    /// <summary>Messages sent so far.</summary>
    public int Sent { get; private set; }

    /// <summary>The last message sent.</summary>
    public ReadOnlyMemory<byte> Last { get; private set; }

    /// <summary>Told of each message sent.</summary>
    public Action<FedSocket>? OnSent { get; set; }

    public ValueTask<SocketRead> ReadAsync()
    {
        if (_end is { } end)
        {
            return ValueTask.FromResult(end);
        }

        _read.Reset();
        return new ValueTask<SocketRead>(this, _read.Version);
    }

    /// <summary>Gives the reader a message; its loop has handled it when this returns.</summary>
    public void Feed(ReadOnlyMemory<byte> message) => _read.SetResult(new SocketRead(SocketReadKind.Message, message));

    public void Feed(string message) => Feed(Encoding.UTF8.GetBytes(message));

    public void Close()
    {
        _end = new SocketRead(SocketReadKind.Closed, CloseCode: 1000);
        _read.SetResult(_end.Value);
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

    SocketRead IValueTaskSource<SocketRead>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<SocketRead>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<SocketRead>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);
}
