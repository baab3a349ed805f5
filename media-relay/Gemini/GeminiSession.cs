using System.Collections.Concurrent;
using PhoneAgent.Core.Agents;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Sockets;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>
/// The agent's side of one call: opens a session of Gemini Live, sends it the caller's audio from
/// <see cref="CallerAudio"/> as it arrives, and hands what it says to the <see cref="Conversation"/>.
/// One loop reads its socket, one writes to it; <see cref="RunAsync"/> starts and awaits both.
/// </summary>
internal sealed partial class GeminiSession : IDisposable
{
    /// <summary>How long connecting and, after it, <c>setupComplete</c> may take.</summary>
    public static readonly TimeSpan SetupTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly IGeminiConnector _connector;
    private readonly string _model;
    private readonly AgentProfile _agent;
    private readonly CallerVoice _caller;
    private readonly AgentVoice _voice;
    private readonly Signal _due;
    private readonly Conversation _conversation;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentQueue<byte[]> _outbox = new();
    private readonly CancellationTokenSource _giveUpConnecting = new();
    private IMessageSocket? _socket;
    private int _malformed;
    private volatile bool _live;
    private volatile bool _finishing;
    private volatile bool _ended;
    private volatile string? _problem;

    /// <summary>Prepares a session; nothing is opened yet.</summary>
    /// <param name="connector">Opens the connection.</param>
    /// <param name="model">The Live model.</param>
    /// <param name="agent">The profile it is set up with.</param>
    /// <param name="caller">What the caller says.</param>
    /// <param name="due">Signalled by <paramref name="caller"/> at each append; this session waits for it.</param>
    /// <param name="conversation">Takes what the agent says.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Within the call's scope.</param>
    public GeminiSession(IGeminiConnector connector, string model, AgentProfile agent, CallerAudio caller, Signal due, Conversation conversation, TimeProvider time, ILogger logger)
    {
        _connector = connector;
        _model = model;
        _agent = agent;
        _caller = new CallerVoice(caller);
        _voice = new AgentVoice(conversation);
        _due = due;
        _conversation = conversation;
        _time = time;
        _logger = logger;
    }

    /// <summary>Caller samples, at 8 kHz, sent to Gemini.</summary>
    public long SentSamples => _caller.Sent;

    /// <summary>Messages of Gemini that could not be read and were skipped.</summary>
    public int MalformedMessages => Volatile.Read(ref _malformed);

    /// <summary>Holds the session until it ends, by <see cref="Finish"/> or otherwise.</summary>
    public async Task<GeminiEnd> RunAsync()
    {
        var connecting = await ConnectAsync();
        if (connecting.Socket is null)
        {
            return _finishing ? GeminiEnd.Finished : new GeminiEnd(connecting.Problem);
        }

        await using var socket = _socket = connecting.Socket;
        using var setupTimer = _time.CreateTimer(_ => OnSetupTimeout(), null, SetupTimeout, Timeout.InfiniteTimeSpan);
        if (_finishing)
        {
            socket.Abort();
        }

        await socket.SendAsync(ClientMessages.Setup(_model, _agent));
        var writing = WriteAsync(socket);
        var end = await ReadAsync(socket);
        _ended = true;
        _due.Set();
        await writing;
        return _finishing ? GeminiEnd.Finished : new GeminiEnd(_problem ?? ProblemOf(end));
    }

    /// <summary>Tells the agent something, as text; it answers in its own words.</summary>
    public void Tell(string text)
    {
        _outbox.Enqueue(ClientMessages.Text(text));
        _due.Set();
    }

    /// <summary>No more caller audio is coming: what is left is sent, then the session closed; at once if it never got ready.</summary>
    public void Finish()
    {
        _finishing = true;
        _giveUpConnecting.Cancel();
        if (!_live)
        {
            _socket?.Abort();
        }

        _due.Set();
    }

    /// <summary>Ends the session without waiting for anything.</summary>
    public void Abort()
    {
        Finish();
        _socket?.Abort();
    }

    /// <inheritdoc />
    public void Dispose() => _giveUpConnecting.Dispose();

    private async Task<GeminiConnecting> ConnectAsync()
    {
        using var timeout = new CancellationTokenSource(SetupTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _giveUpConnecting.Token);
        try
        {
            return await _connector.ConnectAsync(either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return new GeminiConnecting(null, $"Gemini was not reached within {SetupTimeout.TotalSeconds:0} s");
        }
    }

    private void OnSetupTimeout()
    {
        if (!_live)
        {
            _problem = $"Gemini did not complete setup within {SetupTimeout.TotalSeconds:0} s";
            _socket?.Abort();
        }
    }

    // Gemini's own words on a refusal help the owner (which model, which field); they are cut to one short line.
    private static string ProblemOf(SocketRead end) => end.Kind switch
    {
        SocketReadKind.Closed => $"Gemini closed the session with {end.CloseCode}: {string.Concat((end.CloseReason ?? "").Where(c => !char.IsControl(c)).Take(120))}",
        _ => "the connection to Gemini was lost",
    };

    private async Task<SocketRead> ReadAsync(IMessageSocket socket)
    {
        var message = new ServerMessage();
        while (true)
        {
            var read = await socket.ReadAsync();
            if (read.Kind is SocketReadKind.Closed or SocketReadKind.Lost)
            {
                return read;
            }

            if (read.Kind == SocketReadKind.Message && message.TryRead(read.Message.Span))
            {
                Handle(message, read.Message.Span);
            }
            else
            {
                Skip();
            }
        }
    }

    private void Handle(ServerMessage message, ReadOnlySpan<byte> utf8)
    {
        if (message.SetupComplete && !_live)
        {
            if (_agent.Greeting is { } greeting)
            {
                _outbox.Enqueue(ClientMessages.Text(greeting));
            }

            _live = true;
            _due.Set();
        }

        if (!message.InputTranscript.IsEmpty)
        {
            _conversation.CallerSaid(message.InputTranscript);
        }

        for (var part = 0; part < message.AudioParts; part++)
        {
            if (!_voice.TrySpeak(message, part, utf8))
            {
                Skip();
            }
        }

        if (!message.OutputTranscript.IsEmpty)
        {
            _conversation.AgentSaid(message.OutputTranscript);
        }

        if (message.Interrupted)
        {
            _voice.FallSilent();
            _conversation.Interrupted();
        }
        else if (message.GenerationComplete || message.TurnComplete)
        {
            _voice.FadeOut();
            _conversation.AgentTurnGenerated();
        }

        if (message.TotalTokens is { } tokens)
        {
            _conversation.TokensCounted(tokens, message.Tokens);
        }

        foreach (var call in message.Calls)
        {
            LogUnknownFunction(Nameable(call.Name));
            _outbox.Enqueue(ClientMessages.ToolError(call, "There is no such function."));
            _due.Set();
        }
    }

    // What the model calls a function can hold what the caller said, a phone number for instance.
    private static string Nameable(string name) =>
        string.Concat(name.Take(64).Select(one => char.IsAsciiLetter(one) || one == '_' ? one : '?'));

    private async Task WriteAsync(IMessageSocket socket)
    {
        while (!_ended)
        {
            await _due.WaitAsync();
            while (_live && !_ended)
            {
                while (_outbox.TryDequeue(out var message))
                {
                    await socket.SendAsync(message);
                }

                var message16k = _caller.Next();
                if (message16k.IsEmpty)
                {
                    break;
                }

                if (!await socket.SendAsync(message16k))
                {
                    socket.Abort(); // half-open: the reader must not wait for it
                    return;
                }

                _caller.WasSent();
            }

            if (_live && _finishing && !_ended)
            {
                await CloseAsync(socket);
                return;
            }
        }
    }

    private async Task CloseAsync(IMessageSocket socket)
    {
        await socket.CloseAsync(1000, "");
        using var timer = _time.CreateTimer(_ => socket.Abort(), null, CloseTimeout, Timeout.InfiniteTimeSpan);
        while (!_ended)
        {
            await _due.WaitAsync();
        }
    }

    private void Skip()
    {
        if (Interlocked.Increment(ref _malformed) == 1)
        {
            LogMalformed();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Gemini sent a message that could not be read; it is skipped, and so are later ones of its kind.")]
    private partial void LogMalformed();

    [LoggerMessage(Level = LogLevel.Warning, Message = "The model called a function that does not exist: {Name}.")]
    private partial void LogUnknownFunction(string name);
}
