using System.Net;
using System.Net.Sockets;

namespace PhoneAgent.Simulator.House;

/// <summary>
/// Stands before several relays as an ingress does: takes each connection to the next of them that says it is ready, and
/// carries the bytes. It asks <c>/readyz</c> four times a second; whoever cannot be connected to is passed over at once.
/// </summary>
internal sealed class LoopbackBalancer : IAsyncDisposable
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = AskEvery }) { Timeout = TimeSpan.FromSeconds(2) };
    private readonly CancellationTokenSource _stopping = new();
    private readonly Backend[] _backends;
    private readonly List<Task> _connections = [];
    private readonly Task _running;
    private int _next;

    /// <summary>Begins to listen.</summary>
    /// <param name="origins">The relays, all ready.</param>
    public LoopbackBalancer(IReadOnlyList<Uri> origins)
    {
        _backends = [.. origins.Select(origin => new Backend(origin))];
        _listener.Start();
        Origin = new Uri($"http://{_listener.LocalEndpoint}");
        _running = Task.WhenAll([AcceptAsync(), .. _backends.Select(AskAsync)]);
    }

    /// <summary>Where it listens.</summary>
    public Uri Origin { get; }

    /// <summary>How many connections are open, by relay.</summary>
    public IReadOnlyList<int> Open
    {
        get
        {
            lock (_lock)
            {
                return [.. _backends.Select(backend => backend.Open)];
            }
        }
    }

    /// <summary>Takes new connections to one relay only, by its number, as long as it is ready; null: to all of them.</summary>
    public int? Only { get; set; }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _running;
        await Task.WhenAll(_connections);
        _http.Dispose();
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                _connections.RemoveAll(one => one.IsCompleted);
                _connections.Add(CarryAsync(client));
            }
            catch (Exception stopped) when (stopped is OperationCanceledException or SocketException)
            {
                // Asked to stop, or a client that had gone again.
            }
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using (client)
        {
            client.NoDelay = true;
            if (await ConnectAsync() is not var (server, backend))
            {
                return;
            }

            using (server)
            {
                // A peer that ends ends the other, with a reset when it broke.
                await using var stop = _stopping.Token.Register(() => Cut(client, server));
                await Task.WhenAll(CopyAsync(client, server), CopyAsync(server, client));
                lock (_lock)
                {
                    backend.Open--;
                }
            }
        }
    }

    private async Task<(Socket Server, Backend Backend)?> ConnectAsync()
    {
        foreach (var backend in Turn())
        {
            var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await server.ConnectAsync(backend.EndPoint, _stopping.Token);
                return (server, backend);
            }
            catch (Exception gone) when (gone is SocketException or OperationCanceledException)
            {
                server.Dispose();
                lock (_lock)
                {
                    backend.IsReady = false;
                    backend.Open--;
                }
            }
        }

        return null;
    }

    // One after the other of those that are ready; counted as open from now on.
    private IEnumerable<Backend> Turn()
    {
        for (var tries = 0; tries < _backends.Length; tries++)
        {
            Backend? backend = null;
            lock (_lock)
            {
                for (var i = 0; i < _backends.Length && backend is null; i++)
                {
                    var candidate = _next++ % _backends.Length;
                    backend = _backends[candidate].IsReady && (Only ?? candidate) == candidate ? _backends[candidate] : null;
                }

                if (backend is null)
                {
                    yield break;
                }

                backend.Open++;
            }

            yield return backend;
        }
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var length and > 0)
            {
                for (var sent = 0; sent < length;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, length - sent));
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            Cut(from, to);
        }
    }

    private static void Cut(Socket one, Socket other)
    {
        one.Close(0);
        other.Close(0);
    }

    private async Task AskAsync(Backend backend)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(AskEvery, _stopping.Token);
                using var answer = await _http.GetAsync(new Uri(backend.Origin, "/readyz"), _stopping.Token);
                Note(answer.IsSuccessStatusCode);
            }
            catch (HttpRequestException)
            {
                Note(false);
            }
            catch (OperationCanceledException)
            {
                // Asked to stop, or an answer that is late: a busy machine is no reason to take calls elsewhere.
            }
        }

        void Note(bool ready)
        {
            lock (_lock)
            {
                backend.IsReady = ready;
            }
        }
    }

    private sealed class Backend(Uri origin)
    {
        public Uri Origin { get; } = origin;

        public IPEndPoint EndPoint { get; } = new(IPAddress.Loopback, origin.Port);

        public bool IsReady { get; set; } = true;

        public int Open { get; set; }
    }
}
