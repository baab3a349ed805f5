using System.Net.WebSockets;
using System.Threading.Channels;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>What a connection's loop takes out next.</summary>
/// <param name="Message">A whole message of the client; null for a mere wake-up.</param>
/// <param name="Refusal">Why the client is refused before its message is read; null when it is not.</param>
internal readonly record struct Inbound(byte[]? Message, GeminiClose? Refusal);

/// <summary>Reads a client's frames, whatever their opcode and fragmentation, and queues whole messages.</summary>
internal sealed class ClientInbox(WebSocket socket)
{
    private const int LargestMessageBytes = 8 << 20;

    // Full means that the loop is behind: the reader waits, and TCP slows the client down.
    private readonly Channel<Inbound> _items = Channel.CreateBounded<Inbound>(1024);

    /// <summary>The items, completed once the client has closed or is gone.</summary>
    public ChannelReader<Inbound> Items => _items.Reader;

    /// <summary>Lets the loop look at its clock; a full inbox does so anyway.</summary>
    public void WakeUp() => _items.Writer.TryWrite(default);

    /// <summary>No more items are wanted; reading goes on to the client's close.</summary>
    public void Stop() => _items.Writer.TryComplete();

    /// <summary>Reads until the client closes.</summary>
    /// <returns>What it closed with; 1006 when it went without.</returns>
    public async Task<GeminiClose> ReadAsync(CancellationToken stop)
    {
        var buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var frame = await socket.ReceiveAsync(buffer.AsMemory(), stop);
                if (frame.MessageType == WebSocketMessageType.Close)
                {
                    return new GeminiClose((int)(socket.CloseStatus ?? WebSocketCloseStatus.Empty), socket.CloseStatusDescription ?? "");
                }

                message.Write(buffer, 0, frame.Count);
                var tooBig = message.Length > LargestMessageBytes;
                if (frame.EndOfMessage || tooBig)
                {
                    await QueueAsync(tooBig ? new Inbound(null, GeminiClose.TooBig) : new Inbound(message.ToArray(), null), stop);
                    message.SetLength(0);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            return new GeminiClose(1006, "The connection broke.");
        }
        finally
        {
            Stop();
        }
    }

    private async Task QueueAsync(Inbound item, CancellationToken stop)
    {
        // False once stopped: what the client still says is of no interest until its close comes.
        while (await _items.Writer.WaitToWriteAsync(stop))
        {
            if (_items.Writer.TryWrite(item))
            {
                return;
            }
        }
    }
}
