using PhoneAgent.Simulator.Scripts;

namespace PhoneAgent.Simulator.Phone.Callers;

/// <summary>
/// Holds the caller's side of a script: hears the agent's line out (or interrupts it, where the script says so), says
/// the next one or presses its keys, and hangs up once the agent's last line was heard to its end, or stays for who ends the call.
/// </summary>
public sealed class ScriptedCaller : ICaller
{
    // A key every 300 ms.
    private const int FramesPerKey = 15;

    // A line that breaks off is waited for as long as one that has a pause in it.
    private const int PauseFrames = 1000 / LineFrames.Ms;

    // Resampling and µ-law may take this much of a line's quiet ends.
    private const int QuietEndsFrames = 100 / LineFrames.Ms;

    private readonly ConversationScript _script;
    private readonly SpokenLine?[] _lines;
    private readonly int[] _agentFrames;
    private readonly ScriptedCallerPatience _patience;
    private Phase _phase = Phase.AwaitsAgent;
    private int _turn;
    private int _waited;
    private int _disconnected;
    private int _framesSpoken;
    private int _answer = 1;
    private int _silentSince;
    private int _agentBegun;
    private int _pieceFrames;
    private int _piecesBefore;
    private string? _gaveUp;

    /// <param name="script">The conversation; its first turn is the agent's greeting.</param>
    /// <param name="clips">A caller's line to its sound, 8 kHz PCM.</param>
    /// <param name="patience">How long to wait for the agent; null: the defaults.</param>
    /// <param name="agentClips">The agent's line to its sound, 8 kHz PCM, by which the caller notices that it is not over; null: it is over when the agent is silent.</param>
    public ScriptedCaller(ConversationScript script, Func<string, short[]> clips, ScriptedCallerPatience? patience = null, Func<string, short[]>? agentClips = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(script.Turns.Count);
        _script = script;
        _patience = patience ?? new ScriptedCallerPatience();
        _lines = [.. script.Turns.Select((turn, number) => turn.Caller is { } text
            ? new SpokenLine(new CallerLine(number, text, turn.InterruptAfterMs is not null), clips(text))
            : null)];
        _agentFrames = [.. script.Turns.Select((turn, number) => agentClips is null ? 0 : new SpokenLine(new CallerLine(number, turn.Agent, BargesIn: false), agentClips(turn.Agent)).Frames)];
    }

    private enum Phase
    {
        AwaitsAgent,
        HearsAgent,
        Speaks,
        Stays,
        HungUp,
    }

    /// <inheritdoc />
    public string? Complaint => _gaveUp ?? (_phase is Phase.HungUp or Phase.Stays ? null : $"the call ended {Whereabouts}");

    private string Whereabouts => (_phase, _turn) switch
    {
        (Phase.AwaitsAgent, 0) => "before the greeting",
        (Phase.AwaitsAgent, _) => $"before the answer to turn {_turn}",
        (Phase.Speaks, _) => $"while the caller said turn {_turn}",
        (_, 0) => "during the greeting",
        _ => $"during the answer to turn {_turn}",
    };

    private string AgentsLine => _turn == 0 ? "greeting" : $"answer to turn {_turn}";

    /// <inheritdoc />
    public CallerFrame NextFrame(CallMoment now, Span<byte> mulaw)
    {
        Follow(now);
        if (IsRestOfBefore(now))
        {
            _answer = now.AgentBegun + 1;
            _phase = _phase == Phase.HearsAgent ? Phase.AwaitsAgent : _phase;
        }

        if (_phase == Phase.AwaitsAgent && now.AgentBegun >= _answer && now.AgentAudibleUntil > _silentSince)
        {
            (_phase, _waited) = (Phase.HearsAgent, 0);
        }

        return _phase switch
        {
            Phase.AwaitsAgent => Await(now),
            Phase.HearsAgent => Hear(now, mulaw),
            Phase.Speaks => Speak(now, mulaw),
            Phase.Stays => Stay(),
            _ => new CallerFrame(HangsUp: true),
        };
    }

    private CallerFrame Await(CallMoment now)
    {
        // Without a stream there is nobody to wait for: a webhook, a Say or a handover is under way.
        if (!now.Connected)
        {
            return ++_disconnected * LineFrames.Ms > _patience.Disconnected.TotalMilliseconds
                ? GiveUp($"no {AgentsLine}: no stream within {_patience.Disconnected.TotalSeconds:0.#} s")
                : default;
        }

        _disconnected = 0;
        return ++_waited * LineFrames.Ms > _patience.AnswerBegins.TotalMilliseconds
            ? GiveUp($"no {AgentsLine} within {_patience.AnswerBegins.TotalSeconds:0.#} s")
            : default;
    }

    private CallerFrame Hear(CallMoment now, Span<byte> mulaw)
    {
        var heardOut = now.AgentFinished >= _answer && !now.AgentSpeaks && IsWhole(now);
        if (_turn == _script.Turns.Count - 1)
        {
            if (heardOut && _script.CallerStays)
            {
                (_phase, _waited) = (Phase.Stays, 0);
                return default;
            }

            if (heardOut)
            {
                _phase = Phase.HungUp;
                return new CallerFrame(HangsUp: true);
            }
        }
        else if (now.Connected && (heardOut || IsTimeToInterrupt(now)))
        {
            return BeginToSpeak(now, mulaw);
        }

        return ++_waited * LineFrames.Ms > _patience.AnswerEnds.TotalMilliseconds
            ? GiveUp($"{AgentsLine} not over within {_patience.AnswerEnds.TotalSeconds:0.#} s")
            : default;
    }

    // How much of the agent's line was heard, in how many pieces ever: what stalls on its way is heard with holes.
    private void Follow(CallMoment now)
    {
        if (now.AgentBegun > _agentBegun)
        {
            _piecesBefore = now.AgentBegun > _answer ? _piecesBefore + _pieceFrames : 0;
            _agentBegun = now.AgentBegun;
        }

        _pieceFrames = now.AgentAudibleUntil - now.AgentBeganAt;
    }

    private bool IsWhole(CallMoment now) =>
        now.AgentWasCut || _piecesBefore + _pieceFrames >= _agentFrames[_turn] - QuietEndsFrames || now.Frame - now.AgentAudibleUntil >= PauseFrames;

    // What begins to be heard while the caller speaks may be an answer already. It is none, but the rest of what the caller has spoken into, if
    // it is cut off, or over before the caller is.
    private bool IsRestOfBefore(CallMoment now) =>
        now.AgentBegun >= _answer && !now.AgentSpeaks && now.AgentBeganAt < _silentSince && (now.AgentWasCut || now.AgentAudibleUntil <= _silentSince);

    // Into the agent's words, not into a pause or hole between them.
    private bool IsTimeToInterrupt(CallMoment now) =>
        _script.Turns[_turn + 1].InterruptAfterMs is { } after && (now.Frame - now.AgentBeganAt) * LineFrames.Ms >= after && now.AgentAudibleUntil == now.Frame;

    private CallerFrame BeginToSpeak(CallMoment now, Span<byte> mulaw)
    {
        _turn++;
        _waited = 0;
        _framesSpoken = 0;
        _answer = now.AgentBegun + 1; // an answer that begins while the caller still speaks is one, too
        _phase = Phase.Speaks;
        return Speak(now, mulaw);
    }

    private CallerFrame Speak(CallMoment now, Span<byte> mulaw)
    {
        _silentSince = now.Frame;
        if (_script.Turns[_turn].Keys is { } keys && _framesSpoken < keys.Length * FramesPerKey)
        {
            return _framesSpoken++ % FramesPerKey == 0 ? new CallerFrame(Digit: keys[_framesSpoken / FramesPerKey]) : default;
        }

        if (_lines[_turn] is not { } spoken || _framesSpoken == spoken.Frames)
        {
            _phase = Phase.AwaitsAgent;
            return default;
        }

        spoken[_framesSpoken++].CopyTo(mulaw);
        return new CallerFrame(spoken.Line);
    }

    private CallerFrame Stay() => ++_waited * LineFrames.Ms > _patience.AnswerEnds.TotalMilliseconds
        ? GiveUp($"nobody ended the call within {_patience.AnswerEnds.TotalSeconds:0.#} s")
        : default;

    private CallerFrame GiveUp(string reason)
    {
        _gaveUp = reason;
        _phase = Phase.HungUp;
        return new CallerFrame(HangsUp: true);
    }
}

/// <summary>How long a scripted caller waits before giving up.</summary>
public sealed record ScriptedCallerPatience
{
    /// <summary>For the agent to begin its line.</summary>
    public TimeSpan AnswerBegins { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For the agent to end its line.</summary>
    public TimeSpan AnswerEnds { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>For a media stream to be there at all.</summary>
    public TimeSpan Disconnected { get; init; } = TimeSpan.FromSeconds(60);
}
