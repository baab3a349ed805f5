using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;

namespace PhoneAgent.MediaRelay.Transport;

/// <summary>
/// A connected TCP socket as a stream that waits by <see cref="EpollLoop"/>: one system call for what has arrived and one for what is sent, no thread
/// between, nothing allocated. One reader and one writer at a time; disposing may come from anywhere and ends both. A read of no bytes waits until
/// something can be read. Reading and writing are asynchronous only.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class EpollStream : AsyncStream
{
    private readonly Socket _socket;
    private readonly SafeSocketHandle _handle; // the way through the socket would be one more place that is not in the processor's cache
    private readonly Action? _ended;
    private readonly EpollLoop _loop = EpollLoop.Next();
    private readonly Readiness _readable = new();
    private readonly Readiness _writable = new();
    private readonly long _id;
    private volatile bool _nothingFollows; // the last change was told: what is there is read without waiting, then the end
    private int _isOver;
    private int _isDisposed;

    /// <summary>Takes over a socket that waited for nothing yet; closes it, also when this fails.</summary>
    /// <param name="socket">Connected, or about to be.</param>
    /// <param name="ended">Called once, when the peer has finished, the connection is broken, or the stream is disposed.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The system refuses.</exception>
    public EpollStream(Socket socket, Action? ended = null)
    {
        (_socket, _handle) = (socket, socket.SafeHandle);
        _ended = ended;
        try
        {
            socket.Blocking = false;
            socket.NoDelay = true;
            _id = _loop.Add(this, _handle);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits until the connection that the socket began to make is there.</summary>
    /// <exception cref="SocketException">It could not be made.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled before.</exception>
    public async Task ConnectedAsync(CancellationToken cancellation)
    {
        _writable.Clear();
        while (!_socket.Poll(TimeSpan.Zero, SelectMode.SelectWrite))
        {
            await _writable.WaitAsync(cancellation);
            _writable.Clear();
        }

        if ((SocketError)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! is var error and not SocketError.Success)
        {
            throw new SocketException((int)error);
        }
    }

    /// <summary>Something has changed on the socket; whoever waits for it goes on.</summary>
    public void Changed(Epoll.Change change)
    {
        const Epoll.Change BothWays = Epoll.Change.Failed | Epoll.Change.HungUp;
        const Epoll.Change LastRead = BothWays | Epoll.Change.PeerFinished;
        if ((change & LastRead) != 0)
        {
            _nothingFollows = true;
        }

        if ((change & (BothWays | Epoll.Change.Writable)) != 0)
        {
            _writable.Set();
        }

        if ((change & (LastRead | Epoll.Change.Readable)) != 0)
        {
            _readable.Set();
        }

        if (_nothingFollows && IsAllRead())
        {
            TellEnd();
        }
    }

    /// <inheritdoc />
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return _nothingFollows ? default : _readable.ReadNothingAsync(cancellationToken);
        }

        try
        {
            return (_nothingFollows || _readable.IsReady) && TryRead(buffer.Span, out var read) ? new ValueTask<int>(read) : ReadWhenReadyAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (IsEnd(e))
        {
            return ValueTask.FromException<int>(e);
        }
    }

    /// <inheritdoc />
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var sent = Send(buffer.Span);
            return sent == buffer.Length ? default : WriteWhenReadyAsync(buffer[sent..], cancellationToken);
        }
        catch (Exception e) when (IsEnd(e))
        {
            return ValueTask.FromException(e);
        }
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _loop.Remove(_id);
            _socket.Dispose();
            TellEnd();

            // Whoever waits finds the socket closed; not on this thread, which may hold locks.
            ThreadPool.UnsafeQueueUserWorkItem(static stream => stream.Changed(Epoll.Change.HungUp), this, preferLocal: false);
        }

        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadWhenReadyAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        int read;
        do
        {
            await _readable.WaitAsync(cancellation);
        }
        while (!TryRead(buffer.Span, out read));
        return read;
    }

    private bool TryRead(Span<byte> buffer, out int read)
    {
        _readable.Clear();
        read = SocketCalls.Receive(_handle, buffer, out var error);
        if (error == SocketError.WouldBlock)
        {
            return false;
        }

        if (read == buffer.Length)
        {
            _readable.Set(); // there may be more; with less, the next change is told
        }
        else if (read == 0)
        {
            _nothingFollows = true;
            TellEnd();
        }

        return error == SocketError.Success ? true : throw Broken(error);
    }

    private async ValueTask WriteWhenReadyAsync(ReadOnlyMemory<byte> rest, CancellationToken cancellation)
    {
        while (true)
        {
            _writable.Clear();
            rest = rest[Send(rest.Span)..];
            if (rest.IsEmpty)
            {
                return;
            }

            await _writable.WaitAsync(cancellation);
        }
    }

    // As much as the system takes.
    private int Send(ReadOnlySpan<byte> bytes)
    {
        var sent = 0;
        while (sent < bytes.Length)
        {
            sent += SocketCalls.Send(_handle, bytes[sent..], out var error);
            if (error == SocketError.WouldBlock)
            {
                return sent;
            }

            if (error != SocketError.Success)
            {
                TellEnd();
                throw Broken(error);
            }
        }

        return sent;
    }

    // For an owner who does not read just now. What has come before the end is read before the end is told.
    private bool IsAllRead()
    {
        try
        {
            return _socket.Available == 0;
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            return true;
        }
    }

    private void TellEnd()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            _ended?.Invoke();
        }
    }

    private static IOException Broken(SocketError error) => new("The connection broke.", new SocketException((int)error));

    private static bool IsEnd(Exception e) => e is IOException or ObjectDisposedException;
}
