using System.Net;
using System.Net.Sockets;

namespace PhoneAgent.Simulator.Load;

/// <summary>
/// Where the relay finds Gemini during a load: every WebSocket becomes a session of the group of calls being held, every other request is one to the
/// text model, which notes what was said in long calls.
/// </summary>
internal sealed class LoadGemini : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private volatile CallGroup? _group;

    /// <summary>Listens on a port of this machine, 0 for any.</summary>
    /// <exception cref="SocketException">The port is taken.</exception>
    public LoadGemini(int port)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen(512);
        _accepting = AcceptAsync();
    }

    /// <summary>The calls whose sessions are expected.</summary>
    public CallGroup? Group
    {
        get => _group;
        set => _group = value;
    }

    /// <summary>For <c>Gemini__Endpoint</c>.</summary>
    public string Endpoint => $"ws://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}";

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var opening = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                opening.RemoveAll(task => task.IsCompleted);
                opening.Add(Task.Run(() => Open(socket)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(opening);
        }
    }

    private void Open(Socket socket)
    {
        try
        {
            var (head, leftOver) = Upgrade.ReadHead(socket);
            if (head.StartsWith("POST ", StringComparison.Ordinal))
            {
                LoadTextModel.Answer(socket, head, leftOver);
            }
            else if (_group is { } group)
            {
                Upgrade.Accept(socket, head);
                group.Join(socket, leftOver);
                return;
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // The relay gave up; the call says so.
        }

        socket.Dispose();
    }
}
