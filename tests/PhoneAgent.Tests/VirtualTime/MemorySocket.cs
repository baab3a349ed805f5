using System.Text;
using PhoneAgent.MediaRelay.Sockets;

namespace PhoneAgent.Tests.VirtualTime;

/// <summary>One end of an in-memory pair of message sockets with a fixed latency, in the time of a <see cref="TimeProvider"/>.</summary>
internal sealed class MemorySocket : IMessageSocket
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _latency;
    private readonly Queue<OneRead> _arrived = new();
    private MemorySocket _peer = null!;
    private TaskCompletionSource? _waiting;
    private bool _closing;
    private bool _over;
    private Action<TimeSpan, byte[]>? _trace;

    private MemorySocket(TimeProvider time, TimeSpan latency)
    {
        _time = time;
        _latency = latency;
    }

    /// <summary>Two connected ends.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="latency">One way.</param>
    /// <param name="trace">Told of every message as it is sent.</param>
    public static (MemorySocket Relay, MemorySocket Peer) Pair(TimeProvider time, TimeSpan latency, Action<TimeSpan, byte[]>? trace = null)
    {
        var (a, b) = (new MemorySocket(time, latency) { _trace = trace }, new MemorySocket(time, latency) { _trace = trace });
        (a._peer, b._peer) = (b, a);
        return (a, b);
    }

    /// <inheritdoc />
    public async Task<SocketRead> ReadAsync(MessageHandler take)
    {
        while (true)
        {
            if (_over)
            {
                return new SocketRead(SocketReadKind.Lost);
            }

            if (!_arrived.TryPeek(out var read))
            {
                _waiting = new TaskCompletionSource();
                await _waiting.Task;
            }
            else if (read.Kind != SocketReadKind.Stopped)
            {
                return read.End;
            }
            else
            {
                _arrived.Dequeue();
                if (!take(read.Message))
                {
                    return read.End;
                }
            }
        }
    }

    /// <inheritdoc />
    public ValueTask<bool> SendAsync(ReadOnlyMemory<byte> message, bool more = false)
    {
        if (_over || _closing)
        {
            return ValueTask.FromResult(false);
        }

        var copy = message.ToArray();
        _trace?.Invoke(TimeSpan.FromTicks(_time.GetTimestamp()), copy);
        Deliver(new SocketRead(SocketReadKind.Stopped), copy);
        return ValueTask.FromResult(true);
    }

    /// <summary>Sends text.</summary>
    public ValueTask<bool> SendAsync(string message) => SendAsync(Encoding.UTF8.GetBytes(message));

    /// <inheritdoc />
    public Task CloseAsync(ushort code, string reason)
    {
        if (!_over && !_closing)
        {
            _closing = true;
            Deliver(new SocketRead(SocketReadKind.Closed, code, reason));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public void Abort()
    {
        _over = true;
        Wake();
        Deliver(new SocketRead(SocketReadKind.Lost));
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        if (!_over)
        {
            Abort();
        }

        return ValueTask.CompletedTask;
    }

    private void Deliver(SocketRead end, params byte[] message)
    {
        ITimer? timer = null;
        timer = _time.CreateTimer(
            _ =>
            {
                timer?.Dispose();
                _peer._arrived.Enqueue(new OneRead(end, message));
                _peer.Wake();
            },
            null,
            _latency,
            Timeout.InfiniteTimeSpan);
    }

    private void Wake()
    {
        var waiting = _waiting;
        _waiting = null;
        waiting?.TrySetResult();
    }
}
