using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;

namespace PhoneAgent.Simulator.Phone.Streams;

/// <summary>
/// Twilio's end of one open media stream: numbers and sends messages through one writer, reads the server's strictly.
/// </summary>
internal sealed class StreamConnection : IAsyncDisposable
{
    /// <summary>5 s of frames; what a server leaves unread beyond that is dropped (31930).</summary>
    private const int MostWaiting = 250;

    /// <summary>Far above any sensible media message; the documentation names no limit.</summary>
    private const int LargestMessageBytes = 1 << 20;

    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(5);

    private readonly ClientWebSocket _socket;
    private readonly StreamIdentity _identity;
    private readonly TimeProvider _time;
    private readonly Action<TwilioError> _onError;
    private readonly HashSet<int> _logged = [];
    private readonly CancellationTokenSource _aborted = new();
    private readonly Channel<(byte[] Utf8, bool IsMedia)> _outgoing =
        Channel.CreateBounded<(byte[], bool)>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    private readonly Task _sending;
    private long _sequence;
    private long _chunk;
    private long _framesSent;
    private long _framesAfterEnd;
    private long _framesDropped;
    private long _badMessages;
    private volatile bool _ending;
    private volatile bool _serverCloses;

    /// <param name="socket">Open; owned from here on.</param>
    /// <param name="identity">Whose stream it is.</param>
    /// <param name="time">For the closing handshake's patience.</param>
    /// <param name="onError">Told of the first error of each kind.</param>
    public StreamConnection(ClientWebSocket socket, StreamIdentity identity, TimeProvider time, Action<TwilioError> onError)
    {
        _socket = socket;
        _identity = identity;
        _time = time;
        _onError = onError;
        _outgoing.Writer.TryWrite((StreamMessages.Connected(), false));
        Send(StreamMessages.Start(++_sequence, identity.AccountSid, identity.CallSid, identity.StreamSid, identity.Parameters));
        _sending = SendAllAsync();
    }

    public long FramesSent => Interlocked.Read(ref _framesSent);

    public long FramesAfterEnd => Interlocked.Read(ref _framesAfterEnd);

    public long FramesDropped => Interlocked.Read(ref _framesDropped);

    public long BadMessages => Interlocked.Read(ref _badMessages);

    /// <summary>Sends 20 ms of the caller. The caller of this and of the other senders makes sure that they do not overlap.</summary>
    public void SendFrame(ReadOnlySpan<byte> mulaw)
    {
        if (!_ending)
        {
            _chunk++;
            if (_outgoing.Writer.TryWrite((StreamMessages.Media(++_sequence, _identity.StreamSid, _chunk, (_chunk - 1) * LineFrames.Ms, mulaw), true)))
            {
                return;
            }
        }

        if (_ending)
        {
            Interlocked.Increment(ref _framesAfterEnd); // it may have ended while this frame was written
            return;
        }

        Interlocked.Increment(ref _framesDropped);
        Log(TwilioError.StreamReadTooSlowly($"{MostWaiting} messages wait for the server to read"));
    }

    public void SendMark(string name) => Send(StreamMessages.Mark(++_sequence, _identity.StreamSid, name));

    public void SendDigit(char digit) => Send(StreamMessages.Dtmf(++_sequence, _identity.StreamSid, digit));

    /// <summary>Breaks the connection, as a network does.</summary>
    public void Abort() => _socket.Abort();

    /// <summary>Says that audio did not fit into the playout buffer.</summary>
    public void ReportOverflow() => Log(TwilioError.StreamAudioOverflow("more audio waits to be played than fits; it was discarded"));

    /// <summary>Reads until the stream is over; every usable command goes to <paramref name="onCommand"/>, in order.</summary>
    public async Task<StreamEnd> ReceiveAsync(Action<StreamCommand> onCommand)
    {
        var message = new ArrayBufferWriter<byte>(8 * 1024);
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(message.GetMemory(4 * 1024), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    _serverCloses = true;
                    _ending = true;
                    await AnswerCloseAsync();
                    return new StreamEnd(StreamEndKind.ServerClosed, _socket.CloseStatus, _socket.CloseStatusDescription, null);
                }

                message.Advance(part.Count);
                if (message.WrittenCount > LargestMessageBytes)
                {
                    _socket.Abort();
                    return Lost(TwilioError.StreamProtocol($"a message of more than {LargestMessageBytes} bytes"));
                }

                if (part.EndOfMessage)
                {
                    Understand(part.MessageType, message.WrittenMemory, onCommand);
                    message.ResetWrittenCount();
                }
            }
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            return Lost(failure is WebSocketException { WebSocketErrorCode: WebSocketError.Faulted }
                ? TwilioError.StreamProtocol(failure.Message)
                : TwilioError.StreamLost("the connection ended without a close frame"));
        }
    }

    /// <summary>The call is over: <c>stop</c>, then close, then wait for the server to close as well.</summary>
    public async Task StopAsync(Task receiving)
    {
        if (!_ending)
        {
            Send(StreamMessages.Stop(++_sequence, _identity.AccountSid, _identity.CallSid, _identity.StreamSid));
            _ending = true;
            await AnswerCloseAsync();
        }

        await AtMostAsync(receiving);
        _socket.Abort();
        await receiving;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _ending = true;
        _outgoing.Writer.TryComplete();
        _aborted.Cancel();
        _socket.Abort();
        await _sending;
        _socket.Dispose();
        _aborted.Dispose();
    }

    private void Send(byte[] message)
    {
        if (!_ending)
        {
            _outgoing.Writer.TryWrite((message, false));
        }
    }

    private void Log(TwilioError error)
    {
        lock (_logged)
        {
            if (!_logged.Add(error.Code))
            {
                return;
            }
        }

        _onError(error);
    }

    private void Understand(WebSocketMessageType type, ReadOnlyMemory<byte> message, Action<StreamCommand> onCommand)
    {
        var (command, error) = type == WebSocketMessageType.Binary
            ? (null, TwilioError.StreamMalformed("a binary message"))
            : StreamCommandReader.Read(message, _identity.StreamSid);
        if (command is not null)
        {
            onCommand(command);
            return;
        }

        Interlocked.Increment(ref _badMessages);
        Log(error!);
    }

    private StreamEnd Lost(TwilioError error)
    {
        _ending = true;
        return new StreamEnd(StreamEndKind.Lost, null, null, error);
    }

    private async Task SendAllAsync()
    {
        try
        {
            await foreach (var (utf8, isMedia) in _outgoing.Reader.ReadAllAsync(_aborted.Token))
            {
                // A frame that goes out before the close is known counts as sent, also when the close arrives meanwhile.
                var goesOut = !_serverCloses;
                if (goesOut)
                {
                    await _socket.SendAsync(utf8, WebSocketMessageType.Text, endOfMessage: true, _aborted.Token);
                }

                if (isMedia)
                {
                    Interlocked.Increment(ref goesOut ? ref _framesSent : ref _framesAfterEnd);
                }
            }
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            _ending = true;
            _outgoing.Writer.TryComplete(); // the reader of the socket says what happened
        }
    }

    private async Task AnswerCloseAsync()
    {
        _outgoing.Writer.TryComplete();
        await AtMostAsync(_sending);
        try
        {
            using var late = new CancellationTokenSource(ClosePatience, _time);
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, late.Token);
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException or InvalidOperationException)
        {
            _socket.Abort();
        }
    }

    private async Task AtMostAsync(Task task)
    {
        using var enough = new CancellationTokenSource();
        await Task.WhenAny(task, Task.Delay(ClosePatience, _time, enough.Token));
        enough.Cancel();
    }
}

/// <summary>Whose stream it is, as the <c>start</c> message says.</summary>
internal sealed record StreamIdentity(
    string AccountSid, string CallSid, string StreamSid, IReadOnlyList<KeyValuePair<string, string>> Parameters);
