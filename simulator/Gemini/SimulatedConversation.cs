using PhoneAgent.Simulator.Scripts;
using PhoneAgent.Simulator.Sound;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>
/// The model's side of one conversation, as a pure state machine: what is heard and what time it is goes in, messages come
/// out. It listens, thinks, waits for a function, or speaks, and every turn of the script is taken once.
/// </summary>
internal sealed partial class SimulatedConversation
{
    private readonly LiveSetup _setup;
    private readonly ConversationLines _lines;
    private readonly ConversationPace _pace;
    private readonly GeminiSession _session;
    private readonly ResumptionHandles _handles;
    private readonly CallerEars _ears;
    private readonly List<ServerMessage> _out = [];

    private int _nextTurn;
    private int _utterances;
    private int _linesBegun;
    private bool _contentSeen;
    private bool _answerWanted; // the caller spoke into a line that may not be interrupted
    private ScriptTurn? _reply; // being prepared: thought about, or waiting for a function
    private FunctionCall? _function;
    private TimeSpan? _thoughtAt;
    private AgentLine? _line;
    private ToldHistory _told = ToldHistory.None;
    private int _wordsToSkip;
    private int _fillers;

    public SimulatedConversation(LiveSetup setup, ConversationLines lines, ConversationPace pace, GeminiSession session, ResumptionHandles handles)
    {
        (_setup, _lines, _pace, _session, _handles) = (setup, lines, pace, session, handles);
        _nextTurn = session.ResumedFrom?.NextTurn ?? 0;
        _ears = new CallerEars(setup, pace.SpeechThresholdDbfs);
    }

    /// <summary>When <see cref="Advance"/> has something to do next; null when it waits for the client.</summary>
    public TimeSpan? Due => _thoughtAt ?? _line?.Due;

    /// <summary>The messages to send since last asked, in order.</summary>
    public IReadOnlyList<ServerMessage> TakeMessages()
    {
        var messages = _out.ToArray();
        _out.Clear();
        return messages;
    }

    /// <summary>Does what time has brought.</summary>
    public void Advance(TimeSpan now)
    {
        if (_thoughtAt <= now)
        {
            _thoughtAt = null;
            Begin(_reply!, now);
        }

        while (_line?.Next(now) is { } message)
        {
            _out.Add(message);
            _session.LineGenerated(_line.GeneratedMs);
        }

        if (_line is { } played && played.Due <= now)
        {
            Finish(played, now);
        }
    }

    /// <summary>The caller's sound comes in.</summary>
    public void Hear(ReadOnlySpan<short> samples, TimeSpan now) => Notice(_ears.Hear(samples), now);

    /// <summary>The client says that no sound comes for a while.</summary>
    public void HearEnd(TimeSpan now) => Notice(_ears.HearEnd(), now);

    /// <summary>The client says itself that the caller speaks or has spoken.</summary>
    /// <returns>Why that is refused; null when it is not.</returns>
    public GeminiClose? BeTold(bool callerSpeaks, TimeSpan now)
    {
        if (_setup.DetectsActivity)
        {
            return GeminiClose.InvalidArgument("Explicit activity control is not supported when automatic activity detection is enabled.");
        }

        Notice(_ears.BeTold(callerSpeaks, _session.SamplesHeard), now);
        return null;
    }

    /// <summary>The model takes itself for interrupted although nobody spoke.</summary>
    public void InterruptForNoReason(TimeSpan now)
    {
        if (_line is null)
        {
            _out.Add(new ServerMessage { Interrupted = true });
        }

        Interrupt(now);
    }

    private void Notice(IReadOnlyList<SpeechEvent> heard, TimeSpan now)
    {
        foreach (var speech in heard)
        {
            _contentSeen = true;
            _ears.Take(speech);
            if (_ears.CallerSpeaks)
            {
                _thoughtAt = null; // whoever speaks on is listened to; the reply is thought about again
                if (_setup.ActivityInterrupts)
                {
                    Interrupt(now);
                }
            }
            else
            {
                Understand(speech.At, now);
            }
        }
    }

    private void Understand(long speechEnd, TimeSpan now)
    {
        if (_function is not null)
        {
            // The caller did not wait for the function: on with the next turn.
            (_function, _reply) = (null, null);
        }

        _utterances++;
        var heard = _pace.Transcriber?.Invoke(_session, _ears.SpeechStart, speechEnd);
        if (heard is not null && _lines.TurnAsked(heard) is { } asked)
        {
            (_reply, _nextTurn) = (null, asked);
        }

        _told = _told with { Cut = null, Unanswered = null };
        var expected = heard ?? (_reply is null ? _lines.Turn(_nextTurn).Caller : null);
        var text = expected ?? $"(utterance {_utterances})";
        _session.Add(new HeardUtterance(text, _ears.SpeechStart, speechEnd, now));
        if (_setup.TranscribesCaller)
        {
            _out.AddRange(Transcription.Halves(text).Select(piece => new ServerMessage { InputTranscription = piece }));
        }

        if (_line is null)
        {
            Prepare(now);
        }
        else
        {
            _answerWanted = true;
        }
    }

    private void Prepare(TimeSpan now)
    {
        if (_reply is null)
        {
            _reply = _lines.Turn(_nextTurn++);
            if (_reply.Tool is { } tool && !_told.Called.Contains(tool.Name))
            {
                _function = new FunctionCall($"function-call-{_session.Number}-{_nextTurn}", tool.Name, tool.Args, now);
                _session.Add(_function);
                _out.Add(new ServerMessage { ToolCall = _function });
            }
        }

        _thoughtAt = _function is null ? now + _pace.ThinkTime : null;
    }

    private void Begin(ScriptTurn turn, TimeSpan now)
    {
        _reply = null;
        var (text, sound) = _lines.From(turn.Agent, _wordsToSkip);
        _wordsToSkip = 0;
        _line = new AgentLine(text, sound, now, _pace.BurstFactor, _linesBegun++, _setup.TranscribesAgent);
        _session.Add(new SpokenLine(text, now, _line.TotalMs, 0, LineState.Speaking));
        if (_setup.SendsHandles)
        {
            _out.Add(new ServerMessage { ResumptionHandle = "" }); // while it generates there is nothing to resume with
        }
    }

    private void Finish(AgentLine line, TimeSpan now)
    {
        _line = null;
        _session.LineFinished(now);
        EndTurn(new ServerMessage { TurnComplete = true, InteractionStatus = "IDLE", Usage = Tokens(line) });
        if (_answerWanted)
        {
            _answerWanted = false;
            Prepare(now);
        }
    }

    private void Interrupt(TimeSpan now)
    {
        if (_line is not { } line)
        {
            return;
        }

        _line = null;
        _session.LineInterrupted(new GeminiInterruption(line.Text, now, line.GeneratedMs, line.AssumedHeardMs(now)));
        _out.Add(new ServerMessage { Interrupted = true, OutputTranscription = line.TrailingText() });
        EndTurn(new ServerMessage { TurnComplete = true, Usage = Tokens(line) });
    }

    private void EndTurn(ServerMessage turnComplete)
    {
        _out.Add(turnComplete);
        if (_setup.SendsHandles)
        {
            var consumed = (_session.ResumedFrom?.SamplesConsumed ?? 0) + _session.SamplesHeard;
            _out.Add(new ServerMessage
            {
                ResumptionHandle = _handles.Snapshot(_session.Number, consumed, _nextTurn).Handle,
                LastConsumed = _setup.AsksConsumed && _pace.TellsConsumed ? _session.MessagesConsumed : null,
            });
        }
    }

    private TokenCounts Tokens(AgentLine line) => new(
        (int)(_session.SamplesHeard * GeminiWire.TokensPerSecond / GeminiWire.CallerRate),
        line.GeneratedMs * GeminiWire.TokensPerSecond / 1000);
}
