using PhoneAgent.Core;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.MediaRelay.Twilio;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// What is being said in one call, and the one owner of that state: the loops, marks and timers change it only through
/// these methods, each a short critical section that never waits. Facts for the log leave through the journal.
/// </summary>
internal sealed class Conversation : IDisposable
{
    // Often enough to correct the clock, seldom enough that the echoes cost little.
    private const int MarkEvery = 100 * Telephony.PhoneBytesPerMs;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly CallJournal _journal;
    private readonly StreamMessageWriter _messages;
    private readonly Signal _twilioDue;
    private readonly long _began;
    private readonly Playback _playback = new();
    private readonly SpokenTurns _turns;
    private readonly CallerSpeech _callerSpeech = new();
    private readonly LatencyProbe _latency;
    private bool _clearDue;
    private TimeSpan _interruptedAt;
    private bool _markDue;
    private long _markedTo;
    private long _totalTokens;
    private TokenUsage _tokens;
    private int _callerActivity;
    private int _cutIns;
    private TimeSpan _lastActivity;

    /// <summary>Starts the call's clock.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="journal">Takes the facts.</param>
    /// <param name="messages">Writes Twilio's messages for this stream.</param>
    /// <param name="twilioDue">Signalled when there may be something to send to Twilio.</param>
    public Conversation(TimeProvider time, CallJournal journal, StreamMessageWriter messages, Signal twilioDue)
    {
        _time = time;
        _journal = journal;
        _messages = messages;
        _twilioDue = twilioDue;
        _turns = new SpokenTurns(journal, time);
        _latency = new LatencyProbe(time, LatencyProbe.FromAgent);
        _began = time.GetTimestamp();
    }

    /// <summary>How long neither side has spoken: since the caller was last heard and the agent's playback ended; zero while the agent is heard.</summary>
    public TimeSpan QuietFor
    {
        get
        {
            lock (_lock)
            {
                var now = Now;
                var since = _playback.PlayedOutAt > _lastActivity ? _playback.PlayedOutAt : _lastActivity;
                return now > since && _playback.Appended == _playback.Sent ? now - since : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Counts signs of life of the caller: words, interruptions, keys.</summary>
    public int CallerActivity => Volatile.Read(ref _callerActivity);

    /// <summary>How far the agent has got with what it says.</summary>
    public AgentProgress Progress
    {
        get
        {
            lock (_lock)
            {
                var now = Now;
                return new AgentProgress(_turns.AgentIsGenerating, _playback.IsPlayedOut(now), _playback.Appended, _cutIns, now - _callerSpeech.LastSoundAt);
            }
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_began);

    /// <summary>Gemini spoke: agent audio as the phone hears it, µ-law.</summary>
    public void AgentSpoke(ReadOnlySpan<byte> mulaw)
    {
        lock (_lock)
        {
            var start = _playback.Appended;
            if (start == _playback.Sent && _playback.PlayedOutAt <= Now)
            {
                _latency.Arrived(start); // nothing is ahead of it, so whatever it waits for is the relay
            }

            _playback.Append(mulaw);
            _turns.AgentSpoke(start, _playback.Appended);
        }

        _twilioDue.Set();
    }

    /// <summary>The sound of the agent's last milliseconds that a filter still held; part of the audio, not of the speech.</summary>
    public void AgentFadedOut(ReadOnlySpan<byte> mulaw)
    {
        lock (_lock)
        {
            _playback.Append(mulaw);
        }

        _twilioDue.Set();
    }

    /// <summary>A piece of the agent's transcript, UTF-8.</summary>
    public void AgentSaid(ReadOnlySpan<byte> utf8)
    {
        lock (_lock)
        {
            _turns.AgentSaid(utf8, _playback.Appended);
        }
    }

    /// <summary>One frame of the caller's audio, µ-law: heard for what it tells of when they stop speaking.</summary>
    public void CallerSounded(ReadOnlySpan<byte> mulaw)
    {
        var level = CallerSpeech.LevelOf(mulaw);
        lock (_lock)
        {
            _callerSpeech.Heard(level, Now);
        }
    }

    /// <summary>A piece of the caller's transcript, UTF-8.</summary>
    public void CallerSaid(ReadOnlySpan<byte> utf8)
    {
        lock (_lock)
        {
            _turns.CallerSaid(utf8);
            CallerActed();
        }
    }

    /// <summary>The caller pressed a key.</summary>
    public void DigitPressed(string digit)
    {
        lock (_lock)
        {
            CallerActed();
            _cutIns++;
            _journal.Add(new DigitPressed(digit) { At = _time.GetUtcNow() });
        }
    }

    /// <summary>Gemini will add nothing to the agent's turn; what is left of it may play to its end.</summary>
    public void AgentTurnGenerated()
    {
        lock (_lock)
        {
            _turns.AgentTurnComplete(_playback.HeardTo(Now));
        }

        _twilioDue.Set();
    }

    /// <summary>The caller interrupted the agent: what was not heard is dropped here and in Twilio's buffer.</summary>
    public void Interrupted()
    {
        lock (_lock)
        {
            CallerActed();
            _cutIns++;
            _interruptedAt = Now;
            var heardTo = _playback.Clear(_interruptedAt);
            _latency.Dropped();
            _clearDue = true;
            _markDue = false;
            _markedTo = _playback.Sent;
            _turns.Interrupted(heardTo);
        }

        _twilioDue.Set();
    }

    /// <summary>Twilio echoed a mark: the agent's audio was played up to this position, or discarded by a <c>clear</c>.</summary>
    public void MarkEchoed(long position)
    {
        lock (_lock)
        {
            _playback.Marked(position, Now);
            _turns.HeardTo(_playback.HeardTo(Now));
        }
    }

    /// <summary>Gemini's count of what a turn is billed for.</summary>
    public void TokensCounted(long total, TokenUsage tokens)
    {
        lock (_lock)
        {
            _totalTokens += total;
            _tokens += tokens;
        }
    }

    /// <summary>
    /// Writes the next message that may go to Twilio now: <c>clear</c> before all else, then media, with a mark every
    /// 100 ms and at the end of a turn. Returns its length; 0 when nothing may be sent now, <paramref name="wait"/> then tells in how long it may.
    /// </summary>
    public int NextMessage(Span<byte> message, out TimeSpan? wait)
    {
        lock (_lock)
        {
            wait = null;
            if (_clearDue)
            {
                _clearDue = false;
                Telemetry.InterruptionLatency.Record((Now - _interruptedAt).TotalSeconds);
                return _messages.Clear(message);
            }

            if (_markDue)
            {
                return NextMark(message);
            }

            Span<byte> mulaw = stackalloc byte[Playback.MaxMessageBytes];
            var paused = !_turns.AgentIsGenerating;
            var length = _playback.Take(Now, paused, mulaw);
            if (length > 0)
            {
                _markDue = _playback.Sent - _markedTo >= MarkEvery;
                _turns.WentOut(_playback.Sent, Now, _callerSpeech.LastSoundAt);
                _latency.Left(_playback.Sent);
                return _messages.Media(mulaw[..length], message);
            }

            wait = _playback.DueIn(Now, paused);
            return wait is null && paused ? NextMark(message) : 0;
        }
    }

    /// <summary>Puts what was said but not yet logged into the journal, the agent's words as far as they were heard.</summary>
    public void Finish()
    {
        lock (_lock)
        {
            _turns.Finish(_playback.HeardTo(Now));
        }
    }

    /// <summary>What was counted of the agent's side, in the turns that are over.</summary>
    public StreamFigures Figures()
    {
        lock (_lock)
        {
            return new StreamFigures
            {
                AgentMs = _turns.AgentSamples / Telephony.PhoneBytesPerMs,
                AgentMsHeard = _turns.HeardSamples / Telephony.PhoneBytesPerMs,
                Interruptions = _turns.Interruptions,
                TotalTokens = _totalTokens,
                Tokens = _tokens,
            };
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            _playback.Dispose();
        }
    }

    // A mark behind what was sent, unless there is one already.
    private int NextMark(Span<byte> message)
    {
        _markDue = false;
        if (_markedTo == _playback.Sent)
        {
            return 0;
        }

        _markedTo = _playback.Sent;
        return _messages.Mark(_markedTo, message);
    }

    private void CallerActed()
    {
        _callerActivity++;
        _lastActivity = Now;
    }
}
