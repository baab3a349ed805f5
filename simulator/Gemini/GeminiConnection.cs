using System.Net.WebSockets;
using System.Text;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>
/// One client's socket. The inbox holds the client's messages and the timer's wake-ups; one loop takes them out and alone
/// owns the conversation and writes to the socket.
/// </summary>
internal sealed class GeminiConnection(SimulatedGemini server, WebSocket socket, string apiVersion, GeminiBehaviour behaviour, Action abort)
{
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(2);

    private readonly ClientInbox _inbox = new(socket);
    private readonly TimeProvider _time = server.Options.Time;
    private readonly long _acceptedAt = server.Options.Time.GetTimestamp();
    private readonly FaultedConnection _faulted = new(server.Faults);

    private GeminiSession? _session;
    private SimulatedConversation? _conversation;
    private bool _over;

    private TimeSpan Now => _time.GetElapsedTime(_acceptedAt);

    /// <summary>Serves the client until one of both closes.</summary>
    /// <param name="refused">Why it is refused whatever it says; null when it is not.</param>
    /// <param name="stop">The client is gone, or the server stops.</param>
    public async Task RunAsync(GeminiClose? refused, CancellationToken stop)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reader = _inbox.ReadAsync(reading.Token);
        try
        {
            await using var timer = _time.CreateTimer(_ => _inbox.WakeUp(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            if (refused is not null)
            {
                await CloseAsync(refused, stop);
            }

            await LoopAsync(timer, stop);
            if (!_over && socket.State == WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, socket.CloseStatusDescription, stop);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The client is gone; the reader says how.
        }
        finally
        {
            _inbox.Stop();
            reading.CancelAfter(ClosePatience); // for the client's half of the close
            var clientsClose = await reader;
            _session?.End(clientsClose, byClient: true);
        }
    }

    private async Task LoopAsync(ITimer timer, CancellationToken stop)
    {
        while (!_over && await _inbox.Items.WaitToReadAsync(stop))
        {
            while (!_over && _inbox.Items.TryRead(out var item))
            {
                if (item.Refusal is not null)
                {
                    await CloseAsync(item.Refusal, stop);
                }
                else if (item.Message is not null)
                {
                    await HandleAsync(item.Message, stop);
                }

                await AdvanceAsync(stop);
                if (Due() is { } due)
                {
                    // Rounded up: a timer that fires a fraction too early would only spin.
                    timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((due - Now).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
                }
            }
        }
    }

    private async Task HandleAsync(byte[] bytes, CancellationToken stop)
    {
        foreach (var message in ClientMessageParser.Parse(bytes))
        {
            var refusal = (message, _session) switch
            {
                (UnacceptableMessage unacceptable, _) => unacceptable.Close,
                (SetupMessage setup, null) => await SetUpAsync(setup, stop),
                (SetupMessage, _) or (_, null) => GeminiClose.SetupFirst,
                var (said, session) => Take(said, session),
            };
            if (refusal is not null)
            {
                await CloseAsync(refusal, stop);
            }

            if (_over)
            {
                return;
            }
        }
    }

    private async Task<GeminiClose?> SetUpAsync(SetupMessage message, CancellationToken stop)
    {
        _session = server.OpenSession(apiVersion, message.Setup);
        if (SetupRules.Check(message.Setup, apiVersion) is { } refusal)
        {
            return refusal;
        }

        var setup = LiveSetup.Read(message.Setup);
        if (!string.IsNullOrEmpty(setup.Handle))
        {
            if (server.Faults.RefusesHandle() || server.Handles.Find(setup.Handle) is not { } snapshot)
            {
                return GeminiClose.InvalidArgument("Invalid session resumption handle.");
            }

            _session.Resumed(snapshot);
        }

        if (behaviour.NeverAnswersSetup)
        {
            return null;
        }

        await Task.Delay(server.Faults.SetupDelay(), _time, stop);
        _conversation = new SimulatedConversation(setup, server.Lines, server.Pace, _session, server.Handles);
        await SendAsync(new ServerMessage { SetupCompleteOfSession = $"simulated-{_session.Number}" }.ToJson(), stop);
        foreach (var raw in behaviour.RawAfterSetup)
        {
            await SendAsync(Encoding.UTF8.GetBytes(raw), stop);
        }

        return null;
    }

    private GeminiClose? Take(ClientMessage said, GeminiSession session) =>
        _faulted.IsDeaf ? null : session.Take(said, _faulted.IsMute ? null : _conversation, Now);

    private async Task AdvanceAsync(CancellationToken stop)
    {
        if (_conversation is null)
        {
            return;
        }

        await SufferAsync(_conversation, stop);
        if (_over || _faulted.IsMute)
        {
            return;
        }

        _conversation.Advance(Now);
        foreach (var message in _conversation.TakeMessages().TakeWhile(_faulted.Says))
        {
            await SendAsync(message.ToJson(), stop);
        }
    }

    // The faults whose time has come.
    private async Task SufferAsync(SimulatedConversation conversation, CancellationToken stop)
    {
        while (!_over && _faulted.Next(conversation, Now) is { } misfortune)
        {
            if (misfortune.GoAway is { } goAway)
            {
                await SendAsync(goAway.ToJson(), stop);
            }
            else if (misfortune.Close is { } close)
            {
                await CloseAsync(close, stop);
            }
            else
            {
                _over = true;
                _session?.End(new GeminiClose(1006, "Dropped by the simulated Gemini."), byClient: false);
                abort();
            }
        }
    }

    private TimeSpan? Due() => new[] { _faulted.IsMute ? null : _conversation?.Due, _faulted.Due(Now) }.Min();

    // The real one sends binary frames.
    private async Task SendAsync(byte[] message, CancellationToken stop)
    {
        var frameBytes = Math.Max(1, behaviour.FragmentBytes ?? message.Length);
        var sent = 0;
        do
        {
            var frame = message.AsMemory(sent, Math.Min(frameBytes, message.Length - sent));
            sent += frame.Length;
            await socket.SendAsync(frame, WebSocketMessageType.Binary, endOfMessage: sent == message.Length, stop);
        }
        while (sent < message.Length);
    }

    private async Task CloseAsync(GeminiClose close, CancellationToken stop)
    {
        _over = true;
        _session?.End(close, byClient: false);
        await socket.CloseOutputAsync((WebSocketCloseStatus)close.Code, close.WireReason(), stop);
    }
}
