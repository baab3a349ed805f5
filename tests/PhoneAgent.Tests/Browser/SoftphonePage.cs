using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace PhoneAgent.Tests.Browser;

/// <summary>The page's end of a softphone call without a page: a hum in the microphone, and what is told.</summary>
internal sealed class SoftphonePage(SoftphoneHouse house) : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly Channel<JsonNode> _told = Channel.CreateUnbounded<JsonNode>();
    private Task _working = Task.CompletedTask;
    private int _framesHeard;

    public int FramesHeard => Volatile.Read(ref _framesHeard);

    public async Task CallAsync()
    {
        _socket.Options.SetRequestHeader("Origin", house.Origin.GetLeftPart(UriPartial.Authority));
        await _socket.ConnectAsync(new Uri($"ws://localhost:{house.Port}/softphone/call?token={house.Token}"), default);
        _working = Task.WhenAll(ListenAsync(), SpeakAsync());
    }

    public Task TellAsync(string message) => SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text);

    /// <summary>The next message of that kind; what comes before it is passed over.</summary>
    public async Task<JsonNode> UntilAsync(Func<JsonNode, bool> isIt)
    {
        using var late = new CancellationTokenSource(Patience.Long);
        var passedOver = new List<string>();
        try
        {
            while (true)
            {
                var message = await _told.Reader.ReadAsync(late.Token);
                if (isIt(message))
                {
                    return message;
                }

                passedOver.Add(message.ToJsonString());
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException("It did not come; this did: " + string.Join('\n', passedOver));
        }
    }

    public void Dispose()
    {
        _socket.Abort();
        _working.ContinueWith(static _ => { }, TaskScheduler.Default).Wait(Patience.Long);
        _socket.Dispose();
        _sending.Dispose();
    }

    private async Task SpeakAsync()
    {
        var (hum, silence) = (new byte[160], new byte[160]);
        for (var i = 0; i < hum.Length; i++)
        {
            hum[i] = (byte)(i / 10 % 2 == 0 ? 0x90 : 0x10);
        }

        Array.Fill(silence, (byte)0xFF);
        for (var frame = 0; _socket.State == WebSocketState.Open; frame++)
        {
            await SendAsync(frame % 250 is > 200 and < 240 ? hum : silence, WebSocketMessageType.Binary);
            await Task.Delay(20);
        }
    }

    private async Task SendAsync(byte[] message, WebSocketMessageType type)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(message, type, true, default);
        }
        catch (Exception over) when (over is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The call is over.
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[16 * 1_024];
        try
        {
            while (await _socket.ReceiveAsync(buffer, default) is { MessageType: not WebSocketMessageType.Close } read)
            {
                if (read.MessageType == WebSocketMessageType.Binary)
                {
                    Interlocked.Increment(ref _framesHeard);
                }
                else
                {
                    _told.Writer.TryWrite(JsonNode.Parse(buffer.AsSpan(0, read.Count))!);
                }
            }
        }
        catch (Exception aborted) when (aborted is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // By Dispose.
        }

        _told.Writer.TryComplete();
    }
}
