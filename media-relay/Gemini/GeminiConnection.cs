using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Sockets;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>Takes a message of the server.</summary>
/// <param name="message">Read; valid during the call.</param>
/// <param name="utf8">The bytes it was read from.</param>
internal delegate void ServerMessageHandler(ServerMessage message, ReadOnlySpan<byte> utf8);

/// <summary>
/// One connection to Gemini Live, of which a session has any number, one after the other. One loop reads it, one writes to it what the
/// <see cref="Uplink"/> has; <see cref="RunAsync"/> starts and awaits both.
/// </summary>
/// <param name="socket">Open, nothing sent yet.</param>
/// <param name="uplink">What is to be sent.</param>
/// <param name="due">Signalled when there may be something to send; this connection is its one waiter.</param>
/// <param name="handle">Takes what the server says; malformed messages as null.</param>
/// <param name="time">The clock.</param>
internal sealed class GeminiConnection(IMessageSocket socket, Uplink uplink, Signal due, ServerMessageHandler handle, Action skip, TimeProvider time)
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    // Gemini answers a resumption with 1011 while the old connection is open, so its close is waited for, but not for long.
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromMilliseconds(500);

    // What piled up goes out ten times faster than it was said, but for the first half second.
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(10);

    // Of a thread, not of a connection: one for all calls stays in the processor's cache. Null while it is read.
    [ThreadStatic]
    private static ServerMessage? s_message;

    private volatile bool _live;
    private volatile bool _ended;
    private volatile bool _finishing;
    private volatile bool _leaving;

    /// <summary>Whether setup is complete.</summary>
    public bool IsLive => _live;

    /// <summary>Sends <c>setup</c> and holds the connection until it ends; returns how.</summary>
    public async Task<SocketRead> RunAsync(byte[] setup)
    {
        await socket.SendAsync(setup);
        var writing = WriteAsync();
        var end = await ReadAsync();
        _ended = true;
        due.Set();
        await writing;
        return end;
    }

    /// <summary>Setup is complete: what waits may be sent.</summary>
    public void Open()
    {
        uplink.WentLive();
        _live = true;
        due.Set();
    }

    /// <summary>Sends what is left, then closes; at once when it never got ready.</summary>
    public void Finish()
    {
        _finishing = true;
        if (!_live)
        {
            socket.Abort();
        }

        due.Set();
    }

    /// <summary>Closes without sending anything more: another connection goes on.</summary>
    public void Leave()
    {
        _leaving = true;
        due.Set();
    }

    /// <summary>Ends the connection at once.</summary>
    public void Abort() => socket.Abort();

    private async Task<SocketRead> ReadAsync()
    {
        while (true)
        {
            var read = await socket.ReadAsync(Take);
            if (read.Kind != SocketReadKind.TooLarge)
            {
                return read;
            }

            skip();
        }
    }

    private bool Take(ReadOnlySpan<byte> utf8)
    {
        var message = s_message ?? new ServerMessage();
        s_message = null;
        if (message.TryRead(utf8))
        {
            handle(message, utf8);
        }
        else
        {
            skip();
        }

        s_message = message;
        return true;
    }

    private async Task WriteAsync()
    {
        while (!_ended)
        {
            await due.WaitAsync();
            while (_live && !_ended && !_leaving)
            {
                var message = uplink.Next();
                if (message.IsEmpty)
                {
                    break;
                }

                if (!await socket.SendAsync(message))
                {
                    socket.Abort(); // half-open: the reader must not wait for it
                    return;
                }

                if (!uplink.WasSent())
                {
                    break;
                }

                if (uplink.Behind > AtOnce && !_finishing)
                {
                    await Task.Delay(Breath, time);
                }
            }

            if (!_ended && (_leaving || (_finishing && _live)))
            {
                await CloseAsync(_leaving ? LeaveTimeout : CloseTimeout);
                return;
            }
        }
    }

    private async Task CloseAsync(TimeSpan timeout)
    {
        await using var timer = time.CreateTimer(_ => socket.Abort(), null, timeout, Timeout.InfiniteTimeSpan);
        await socket.CloseAsync(1000, "");
        while (!_ended)
        {
            await due.WaitAsync();
        }
    }
}
