using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.MediaRelay.Tools;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>
/// The agent's side of one call, over any number of connections: sends Gemini the caller's audio, hands what it says to the
/// <see cref="Conversation"/>, and whenever a connection ends, or the agent stays silent, goes on over another.
/// <code>
///  Connecting ──setupComplete──► Live ──goAway, closed, lost, silent──► Resuming ──setupComplete──► Live …
///       └─────────────── refused, or no connection for ten seconds ─────────┴──────────────────► Ended
/// </code>
/// A connection begins with the newest resumption handle when Gemini has said nothing since (see <see cref="SessionPoint"/>), and is sent again what the
/// handle lacks; otherwise with the transcript, because from a handle older than its last words the agent would say them again.
/// </summary>
internal sealed partial class GeminiSession : IDisposable
{
    /// <summary>How long connecting and, after it, <c>setupComplete</c> may take.</summary>
    public static readonly TimeSpan SetupTimeout = TimeSpan.FromSeconds(5);

    private readonly CallServices _services;
    private readonly string _model;
    private readonly AgentProfile _agent;
    private readonly IToolbox _toolbox;
    private readonly SessionStart _start;
    private readonly CallerAudio _caller;
    private readonly Signal _due;
    private readonly Conversation _conversation;
    private readonly AgentVoice _voice;
    private readonly Uplink _uplink;
    private readonly FunctionLedger _functions;
    private readonly SessionPoint _point;
    private readonly Reconnection _reconnection;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _giveUpConnecting = new();
    private readonly Lock _lock = new();
    private readonly AgentWatch _watch;
    private GeminiConnection? _connection;
    private IMessageSocket? _socket;
    private Opening _opening = Opening.New;
    private SessionTrouble? _leaveCause;
    private long? _goAwayAt;
    private TimeSpan _goAwayIn;
    private bool _greetingRestarted;
    private int _malformed;
    private volatile bool _finishing;
    private volatile bool _setupLate;
    private volatile string? _givenUp;

    /// <summary>Prepares a session; nothing is opened yet.</summary>
    /// <param name="services">What all calls share.</param>
    /// <param name="model">The Live model.</param>
    /// <param name="agent">The profile it is set up with.</param>
    /// <param name="toolbox">Runs the functions the model calls.</param>
    /// <param name="start">What it begins with.</param>
    /// <param name="caller">What the caller says.</param>
    /// <param name="due">Signalled by <paramref name="caller"/> at each append; this session waits for it.</param>
    /// <param name="conversation">Takes what the agent says.</param>
    public GeminiSession(CallServices services, string model, AgentProfile agent, IToolbox toolbox, SessionStart start, CallerAudio caller, Signal due, Conversation conversation)
    {
        _services = services;
        _model = model;
        _agent = agent;
        _toolbox = toolbox;
        _start = start;
        _caller = caller;
        _due = due;
        _conversation = conversation;
        _time = services.Time;
        _logger = services.Logger;
        _voice = new AgentVoice(conversation);
        _uplink = new Uplink(caller, due, _time);
        _functions = new FunctionLedger(toolbox, _uplink, conversation.Note, () => Owes(SessionTrouble.AfterToolResponse), _time);
        _point = new SessionPoint(_uplink, start.Handle, start.From);
        _reconnection = new Reconnection(_time, services.Jitter);
        _watch = new AgentWatch(_time);
        _functions.Recall(start.Carried.Functions);
        conversation.Recall(start.SoFar);
    }

    /// <summary>Where the session is.</summary>
    public SessionState State { get; private set; }

    /// <summary>Messages of Gemini that could not be read and were skipped.</summary>
    public int MalformedMessages => Volatile.Read(ref _malformed);

    /// <summary>
    /// The handle another replica can resume with: it lacks nothing the agent has said. Null while there is none; the best moment to hand
    /// over is when <see cref="IsQuiet"/>.
    /// </summary>
    public string? ResumableHandle
    {
        get
        {
            lock (_lock)
            {
                return _point.Handle;
            }
        }
    }

    /// <summary>Whether nothing would be cut by changing the connection: the agent has said all, the caller is silent, no function runs.</summary>
    public bool IsQuiet
    {
        get
        {
            lock (_lock)
            {
                return IsQuietNow;
            }
        }
    }

    private bool IsQuietNow => _point is { Handle: not null, AgentSpeaks: false } && _caller.Silence >= QuietMoment && _caller.Loud - _loudBefore < Speech && !_functions.IsBusy && _connection is { IsLive: true };

    /// <summary>What was counted of the session.</summary>
    public StreamFigures AddTo(StreamFigures figures) => figures with
    {
        CallerMsToGemini = figures.CallerMsToGemini + (_uplink.SentSamples / Audio.Telephony.PhoneBytesPerMs),
        CallerMsRepeated = figures.CallerMsRepeated + _reconnection.RepeatedMs,
        Resumptions = figures.Resumptions + _reconnection.Resumptions,
        Reseeds = figures.Reseeds + _reconnection.Reseeds,
        Nudges = figures.Nudges + _reconnection.Nudges,
        MalformedMessages = figures.MalformedMessages + MalformedMessages,
    };

    /// <summary>Position in the caller's audio up to which it was sent.</summary>
    public long SentTo => _uplink.Position;

    /// <summary>Holds the session until it ends, by <see cref="Finish"/> or otherwise.</summary>
    public async Task<GeminiEnd> RunAsync()
    {
        try
        {
            while (true)
            {
                var end = await HoldConnectionAsync();
                if (_finishing)
                {
                    return GeminiEnd.Finished;
                }

                if ((_givenUp ?? _reconnection.FinalProblem(end, _opening.Continuation)) is { } problem)
                {
                    return new GeminiEnd(problem);
                }

                State = SessionState.Resuming;
                await PauseAsync(_reconnection.Ended(end));
                if (_finishing)
                {
                    return GeminiEnd.Finished;
                }
            }
        }
        finally
        {
            State = SessionState.Ended;
            await _functions.EndAsync();
        }
    }

    /// <summary>Tells the agent something, as text; it answers in its own words.</summary>
    public void Tell(string text)
    {
        Owes(SessionTrouble.NoReply);
        _uplink.Send(ClientMessages.Text(text), isText: true);
    }

    /// <summary>No more caller audio is coming: what is left is sent, then the session closed; at once if it never got ready.</summary>
    public void Finish()
    {
        _finishing = true;
        _giveUpConnecting.Cancel();
        _connection?.Finish();
    }

    /// <summary>Ends the session without waiting for anything.</summary>
    public void Abort()
    {
        Finish();
        _socket?.Abort();
    }

    /// <inheritdoc />
    public void Dispose() => _giveUpConnecting.Dispose();

    // One connection, from opening it to its end.
    private async Task<ConnectionEnd> HoldConnectionAsync()
    {
        var connecting = await ConnectAsync();
        if (connecting.Socket is null)
        {
            return new ConnectionEnd(SessionTrouble.Unreachable, connecting.Problem!, connecting.IsFinal);
        }

        await using var socket = connecting.Socket;
        var connection = new GeminiConnection(socket, _uplink, _due, Handle, Skip, _time);
        Begin(connection, socket);
        var setup = ClientMessages.Setup(new SessionSetup(_model, _agent)
        {
            Tools = _toolbox.Declarations,
            Handle = _opening.Handle,
            AsksConsumed = _services.Gemini.TellsConsumed,
            TellsHistory = _opening.TellsHistory,
        });
        SocketRead end;
        await using (_time.CreateTimer(_ => OnSetupTimeout(connection), null, SetupTimeout, Timeout.InfiniteTimeSpan))
        {
            end = await connection.RunAsync(setup);
        }

        return EndOf(connection, end);
    }

    private async Task<GeminiConnecting> ConnectAsync()
    {
        using var timeout = new CancellationTokenSource(SetupTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _giveUpConnecting.Token);
        try
        {
            return await _services.Gemini.ConnectAsync(either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return new GeminiConnecting(null, $"Gemini was not reached within {SetupTimeout.TotalSeconds:0} s");
        }
    }

    private void Begin(GeminiConnection connection, IMessageSocket socket)
    {
        lock (_lock)
        {
            _opening = Choose();
            _uplink.Begin(_opening.From, resumes: _opening.Continuation == SessionContinuation.Handle, _opening.First);
            (_connection, _socket, _leaveCause, _goAwayAt, _setupLate) = (connection, socket, null, null, false);
        }

        if (_finishing)
        {
            socket.Abort();
        }
    }

    private ConnectionEnd EndOf(GeminiConnection connection, SocketRead end)
    {
        SessionTrouble? cause;
        lock (_lock)
        {
            cause = _leaveCause;
            (_connection, _socket) = (null, null);
            _greeted |= _agentActed;
            _point.ConnectionEnded(refused: end is { Kind: SocketReadKind.Closed, CloseCode: ConnectionEnd.InvalidArgument });
        }

        _voice.FadeOut();
        _conversation.ConnectionEnded(_caller.LoudTo > _point.From, sinceHandle: _point.Handle is not null);
        return ConnectionEnd.Of(end, connection.IsLive, _setupLate ? SessionTrouble.SetupTimeout : cause);
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _time, _giveUpConnecting.Token);
        }
        catch (OperationCanceledException)
        {
            // The session ends.
        }
    }

    private void OnSetupTimeout(GeminiConnection connection)
    {
        if (!connection.IsLive)
        {
            _setupLate = true;
            connection.Abort();
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
}
