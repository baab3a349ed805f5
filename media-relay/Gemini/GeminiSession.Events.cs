using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Gemini;

/// <content>What Gemini says, and what a connection begins with.</content>
internal sealed partial class GeminiSession
{
    private static readonly TimeSpan GoAwayDefault = TimeSpan.FromSeconds(10);

    // An interruption without any sound of the caller for so long is none of theirs.
    private static readonly TimeSpan Phantom = TimeSpan.FromSeconds(2);

    private TimeSpan _loudBefore;
    private bool _agentActed;
    private bool _greeted;

    // What the next connection begins with.
    private Opening Choose()
    {
        if (_reconnection.Failures > Reconnection.MaxFailuresOfHandle)
        {
            _point.DropHandle();
        }

        var callerIsHeard = _caller.LoudTo > _point.From;
        var silent = _reconnection.Cause is >= SessionTrouble.NoReply && !callerIsHeard;
        var soFar = _conversation.SoFar();
        if (_point.Handle is { } handle)
        {
            var said = silent ? SessionTexts.SpeakUp(soFar) : ToldOnArrival(resumes: true);
            return new Opening(SessionContinuation.Handle, handle, _point.From, _point.Doubtful, said is null ? [] : [ClientMessages.Text(said)]);
        }

        var called = _functions.Forgotten(out var isAnswered);
        if (soFar.Lines.Count + called.Count == 0)
        {
            return new Opening(SessionContinuation.Nothing, null, _point.From, 0, _agent.Greeting is { } greeting ? [ClientMessages.Text(greeting)] : []);
        }

        var text = !_agentActed ? _agent.Greeting
            : callerIsHeard ? null
            : soFar.Cut is not null ? SessionTexts.GoOn(soFar)
            : silent || isAnswered ? SessionTexts.SpeakUp(soFar)
            : null;
        byte[][] told = text is null ? [] : [ClientMessages.Text(text)];
        return new Opening(SessionContinuation.Transcript, null, _point.From, 0, [ClientMessages.History(soFar, called, _model), .. told]);
    }

    private void Handle(ServerMessage message, ReadOnlySpan<byte> utf8)
    {
        if (message.SetupComplete)
        {
            WentLive();
        }

        if (!message.InputTranscript.IsEmpty)
        {
            _conversation.CallerSaid(message.InputTranscript);
        }

        if (message.AudioParts > 0)
        {
            Speak(message, utf8);
        }

        if (!message.OutputTranscript.IsEmpty)
        {
            _conversation.AgentSaid(message.OutputTranscript);
        }

        if (message.Interrupted || message.GenerationComplete || message.TurnComplete)
        {
            EndTurn(message);
        }

        if (message.TotalTokens is { } tokens)
        {
            _conversation.TokensCounted(tokens, message.Tokens);
        }

        if (message.Calls.Count > 0 || message.CancelledCalls.Count > 0)
        {
            HandleCalls(message);
        }

        if (message.ResumptionUpdate || message.GoAway)
        {
            HandleSession(message);
        }
    }

    private void WentLive()
    {
        GeminiConnection? connection;
        SessionResumed? resumed;
        lock (_lock)
        {
            connection = _connection;
            if (connection is not { IsLive: false })
            {
                return;
            }

            resumed = _reconnection.WentLive(_opening.Continuation, _opening.Doubtful / Audio.Telephony.PhoneBytesPerMs);
            _watch.Reconnected();
            if (_opening.AsksToSpeak && _watch.Owed is null)
            {
                _watch.Owes(SessionTrouble.NoReply);
            }

            State = SessionState.Live;
        }

        if (resumed is not null)
        {
            _conversation.Note(resumed);
        }

        connection.Open();
    }

    private void Speak(ServerMessage message, ReadOnlySpan<byte> utf8)
    {
        lock (_lock)
        {
            _point.AgentActs(speaks: true, _caller.LoudTo);
            _agentActed = true;
            _loudBefore = _caller.Loud;
            _watch.Speaks();
        }

        for (var part = 0; part < message.AudioParts; part++)
        {
            if (!_voice.TrySpeak(message, part, utf8))
            {
                Skip();
            }
        }
    }

    private void EndTurn(ServerMessage message)
    {
        lock (_lock)
        {
            if (_point.AgentSpeaks)
            {
                _functions.TurnEnded();
            }

            if (message.Interrupted)
            {
                _watch.HasSpoken();
                _watch.Owes(!_greeted && _agent.Greeting is not null && !_greetingRestarted ? SessionTrouble.GreetingInterrupted
                    : _caller.Silence > Phantom ? SessionTrouble.PhantomInterrupted
                    : SessionTrouble.AfterInterrupted);
            }
            else if (_point.AgentSpeaks)
            {
                _watch.HasSpoken();
            }

            if (message.Interrupted || message.TurnComplete)
            {
                _greeted |= _point.AgentSpeaks;
                _point.TurnEnded();
            }
        }

        if (message.Interrupted)
        {
            _voice.FallSilent();
            _conversation.Interrupted();
        }
        else
        {
            _voice.FadeOut();
            _conversation.AgentTurnGenerated();
        }
    }

    private void HandleCalls(ServerMessage message)
    {
        lock (_lock)
        {
            if (message.Calls.Count > 0)
            {
                _point.AgentActs(speaks: false, _caller.LoudTo);
                _agentActed = true;
                _loudBefore = _caller.Loud;
                _watch.HasSpoken();
            }
        }

        if (message.Calls.Count > 0)
        {
            _conversation.CallerUnderstood();
        }

        foreach (var call in message.Calls)
        {
            _functions.Called(call);
        }

        _functions.Cancelled(message.CancelledCalls);
    }

    private void HandleSession(ServerMessage message)
    {
        if (message.Handle is { } handle)
        {
            lock (_lock)
            {
                _point.HandleCame(handle, message.LastConsumed, _caller.LoudTo);
            }

            _conversation.HandleCame();
        }

        if (message.GoAway)
        {
            lock (_lock)
            {
                _goAwayAt = _time.GetTimestamp();
                _goAwayIn = message.TimeLeft ?? GoAwayDefault;
            }
        }

        Look();
    }

    /// <summary>What a connection begins with.</summary>
    /// <param name="Continuation">Of what kind it is.</param>
    /// <param name="Handle">The handle it resumes; null for a new session.</param>
    /// <param name="From">The position of the caller's audio it goes on from.</param>
    /// <param name="Doubtful">Samples after it that Gemini may have had.</param>
    /// <param name="First">What is sent before all else.</param>
    private sealed record Opening(SessionContinuation Continuation, string? Handle, long From, long Doubtful, IReadOnlyList<byte[]> First)
    {
        public static Opening New { get; } = new(SessionContinuation.Nothing, null, 0, 0, []);

        public bool TellsHistory => Continuation == SessionContinuation.Transcript;

        public bool AsksToSpeak => First.Count > (TellsHistory ? 1 : 0);
    }
}
