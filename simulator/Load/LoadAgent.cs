namespace PhoneAgent.Simulator.Load;

/// <summary>
/// Gemini's side of one call. It speaks in utterances of 4 s with a quarter of a second between them: the first three
/// messages at once, then one every 40 ms, so it is never more than 160 ms ahead of the caller's ear and a relay has no
/// reason to hold anything back. Every third utterance is interrupted.
/// </summary>
internal sealed class LoadAgent : IFrameReader
{
    private const int HeadStart = 3;
    private const int PauseTicks = 6;
    private const int PatienceTicks = 250; // 10 s; what has not arrived by then is lost
    private const int ChunksPerWords = 10;

    private readonly StepMeter _meter;
    private readonly Func<int, LoadCall?> _find;
    private readonly CallerCheck _ears = new();
    private FrameSocket _socket = null!;
    private volatile LoadCall? _call;
    private int _counted;
    private int _lost;
    private int _chunk = AgentSpeech.Chunks;
    private int _waited;
    private volatile bool _live;
    private volatile bool _finishing;
    private volatile bool _done;

    /// <summary>Prepares a session that does not know yet whose it is.</summary>
    /// <param name="meter">Takes what is measured.</param>
    /// <param name="find">The call of a number.</param>
    public LoadAgent(StepMeter meter, Func<int, LoadCall?> find)
    {
        _meter = meter;
        _find = find;
    }

    /// <summary>It has finished and nothing of what it said is still on its way.</summary>
    public bool Done => _done && _call?.Speech.Settled != false;

    /// <summary>Frames of the caller received, lost ones included.</summary>
    public int Frames => Volatile.Read(ref _counted);

    /// <summary>How the session ended; null while it lasts.</summary>
    public string? Ended { get; private set; }

    /// <summary>Begins, on a socket whose handshake is done.</summary>
    public void Start(FrameSocket socket) => _socket = socket;

    /// <summary>Says no more than it has begun.</summary>
    public void Finish() => _finishing = true;

    /// <inheritdoc />
    public void OnMessage(ReadOnlySpan<byte> utf8, long receivedAt)
    {
        var data = WireText.StringMember(utf8, "\"data\""u8);
        if (!data.IsEmpty)
        {
            Hear(Base64Audio.Pcm16(data), receivedAt);
        }
        else if (utf8.IndexOf("\"setup\""u8) >= 0)
        {
            _live = true;
            _socket.SendFrame(GeminiMessages.SetupComplete);
        }
    }

    /// <inheritdoc />
    public void OnEnded(string how)
    {
        Ended = how;
        _live = false;
    }

    /// <summary>Every 40 ms.</summary>
    public void Tick(long now)
    {
        if (!_live || _call is null || _done)
        {
            return;
        }

        if (_chunk < AgentSpeech.Chunks)
        {
            Speak(now);
        }
        else if (++_waited >= PauseTicks && (_call.Speech.Settled || _waited >= PatienceTicks))
        {
            BeginOrEnd(now);
        }
    }

    private void BeginOrEnd(long now)
    {
        if (_finishing)
        {
            _done = true;
            return;
        }

        _call!.Speech.Begin();
        _chunk = 0;
        for (var i = 0; i < HeadStart; i++)
        {
            Say(now);
        }
    }

    private void Speak(long now)
    {
        Say(now);
        if (_chunk == InterruptedAt())
        {
            _call!.Speech.Interrupting(now);
            _socket.SendFrame(GeminiMessages.Interrupted);
            EndTurn();
        }
        else if (_chunk == AgentSpeech.Chunks || _finishing)
        {
            _socket.SendFrame(GeminiMessages.GenerationComplete);
            EndTurn();
        }
    }

    private int InterruptedAt() => (_call!.Number + _call.Speech.Utterance) % 3 == 2 ? 30 + (_call.Number * 7 % 40) : -1;

    private void Say(long now)
    {
        _socket.SendFrame(GeminiMessages.Sound(_call!.Speech.Sending(now)));
        if (_chunk++ % ChunksPerWords == 0)
        {
            _socket.SendFrame(GeminiMessages.AgentWords);
        }
    }

    private void EndTurn()
    {
        _socket.SendFrame(GeminiMessages.TurnComplete);
        _socket.SendFrame(GeminiMessages.ResumptionUpdate);
        _socket.SendFrame(GeminiMessages.CallerWords);
        _chunk = AgentSpeech.Chunks;
        _waited = 0;
    }

    private void Hear(in Base64Audio audio, long now)
    {
        _ears.Append(audio);
        _meter.AddFramesLost(_ears.Lost - _lost);
        _lost = _ears.Lost;
        if (_call is null && _ears.Call is { } number)
        {
            _call = _find(number);
            _call?.Pair(this);
        }

        for (; _call is not null && _counted < _ears.Complete; _counted++)
        {
            _meter.FrameHeard(now - _call.Phone.SentAt(_counted));
        }
    }
}
