using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace PhoneAgent.MediaRelay.Transport;

/// <summary>Kestrel's connections over TCP, as <see cref="EpollStream"/>s; on Linux. Others stay with Kestrel's own transport.</summary>
internal sealed class EpollTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    // As Kestrel's own.
    private const int Backlog = 512;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(10);

    /// <inheritdoc />
    public bool CanBind(EndPoint endpoint) => OperatingSystem.IsLinux() && endpoint is IPEndPoint;

    /// <inheritdoc />
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException();
        }

        try
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            socket.Listen(Backlog);
            return ValueTask.FromResult<IConnectionListener>(new Listener(socket));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(e.Message, e);
        }
    }

    [SupportedOSPlatform("linux")]
    private sealed class Listener(Socket socket) : IConnectionListener
    {
        private long _connections;

        public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

        // Null when listening is over. What goes wrong with one connection, or with the system for a moment, is no reason to take no more.
        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                Socket? accepted = null;
                try
                {
                    accepted = await socket.AcceptAsync(cancellationToken);
                    return new Connection(accepted, Interlocked.Increment(ref _connections).ToString(CultureInfo.InvariantCulture));
                }
                catch (ObjectDisposedException)
                {
                    return null;
                }
                catch (SocketException e) when (e.SocketErrorCode == SocketError.OperationAborted)
                {
                    return null;
                }
                catch (Win32Exception)
                {
                    accepted?.Dispose();
                    await Task.Delay(AfterFailure, cancellationToken);
                }
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => DisposeAsync();

        public ValueTask DisposeAsync()
        {
            socket.Dispose();
            return default;
        }
    }

    [SupportedOSPlatform("linux")]
    private sealed class Connection : DefaultConnectionContext
    {
        private readonly EpollStream _stream;

        public Connection(Socket socket, string id)
            : base(id)
        {
            (LocalEndPoint, RemoteEndPoint) = (socket.LocalEndPoint, socket.RemoteEndPoint);
            var closed = new CancellationTokenSource();
            ConnectionClosed = closed.Token;
            _stream = new EpollStream(socket, () => ThreadPool.UnsafeQueueUserWorkItem(static closed => closed.Cancel(), closed, preferLocal: false));
            Transport = new DuplexPipe(_stream);
        }

        public override void Abort(ConnectionAbortedException abortReason) => _stream.Dispose();

        public override async ValueTask DisposeAsync()
        {
            await _stream.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
