using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using PhoneAgent.Core.Calls;
using PhoneAgent.Simulator.Phone;

namespace PhoneAgent.Simulator.Softphone;

/// <summary>
/// One call of the page: its socket brings the microphone's frames, keys and faults, and takes what is heard and what happens.
/// <code>
///  page ──µ-law, keys──► LiveCaller ──► simulated Twilio ──signed──► handlers and relay
///       ◄─────µ-law──── LiveCaller ◄── simulated Twilio ◄──────────
///       ◄─────events─── phone events, call log
/// </code>
/// The call ends when either side hangs up; then the page is told, and the socket closed.
/// </summary>
internal sealed class SoftphoneCall(WebSocket page, PhoneSettings settings, WatchedCallLog log, LosableGemini gemini)
{
    private const int MostMessageBytes = 4_096;

    private readonly LiveCaller _caller = new();

    // A page that reads nothing misses events rather than holding up the phone.
    private readonly Channel<JsonObject> _events = Channel.CreateBounded<JsonObject>(new BoundedChannelOptions(1_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <summary>Holds the call to its end.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var phone = new SimulatedPhone(settings);
        using var watch = log.Watch(CallSid.Parse(settings.CallSid!), fact => Tell(SoftphoneMessages.Of(fact)));
        Tell(SoftphoneMessages.Answered(settings.CallSid!));
        var sending = SendAsync(ended.Token);
        var receiving = ReceiveAsync(ended.Token);
        try
        {
            var call = await phone.CallAsync(_caller, what => Tell(SoftphoneMessages.Of(what)), stopping);
            Tell(SoftphoneMessages.Over(call));
        }
        finally
        {
            _events.Writer.TryComplete();
            await sending;
            await CloseAsync();
            await ended.CancelAsync();
            await receiving;
        }
    }

    private void Tell(JsonObject? message)
    {
        if (message is not null)
        {
            _events.Writer.TryWrite(message);
        }
    }

    // One loop sends: events before sound, and the last event after the last sound that matters.
    private async Task SendAsync(CancellationToken ended)
    {
        try
        {
            while (true)
            {
                while (_events.Reader.TryRead(out var message))
                {
                    await page.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, true, ended);
                }

                if (_events.Reader.Completion.IsCompleted)
                {
                    return;
                }

                while (_caller.Heard.TryRead(out var frame))
                {
                    await page.SendAsync(frame, WebSocketMessageType.Binary, true, ended);
                }

                await Task.WhenAny(_events.Reader.WaitToReadAsync(ended).AsTask(), _caller.Heard.WaitToReadAsync(ended).AsTask());
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            _caller.HangUp();
        }
    }

    private async Task ReceiveAsync(CancellationToken ended)
    {
        var buffer = new byte[MostMessageBytes];
        try
        {
            while (true)
            {
                var read = await page.ReceiveAsync(buffer, ended);
                if (read.MessageType == WebSocketMessageType.Close || !read.EndOfMessage)
                {
                    break;
                }

                Handle(read.MessageType, buffer.AsSpan(0, read.Count));
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The page is gone, and so is the person.
        }

        _caller.HangUp();
    }

    private void Handle(WebSocketMessageType type, ReadOnlySpan<byte> message)
    {
        if (type == WebSocketMessageType.Binary)
        {
            for (; message.Length >= LineFrames.Bytes; message = message[LineFrames.Bytes..])
            {
                _caller.Say(message[..LineFrames.Bytes]);
            }

            return;
        }

        try
        {
            Obey(JsonSerializer.Deserialize<PageMessage>(message, JsonSerializerOptions.Web));
        }
        catch (JsonException)
        {
            // Our own page sends none such.
        }
    }

    private void Obey(PageMessage? message)
    {
        switch (message)
        {
            case { Type: "digit", Digit: [>= '0' and <= '9' or '*' or '#'] digit }:
                _caller.Press(digit[0]);
                break;
            case { Type: "hangup" }:
                _caller.HangUp();
                break;
            case { Type: "fault", Name: "gemini" }:
                gemini.Lose();
                break;
            case { Type: "fault", Name: "stream" }:
                _caller.LoseStream();
                break;
            case { Type: "fault", Name: "noise" }:
                _caller.Noisy = message.On;
                break;
            case { Type: "fault", Name: "loss" }:
                _caller.Lossy = message.On;
                break;
        }
    }

    private async Task CloseAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await page.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", patience.Token);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It closed first.
        }
    }

    private sealed record PageMessage(string? Type, string? Digit, string? Name, bool On);
}
