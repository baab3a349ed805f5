using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.MediaRelay.Twilio;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// What is being said in one call, and the one owner of that state: the loops, marks and timers change it only through
/// these methods, each a short critical section that never waits. Facts for the log leave through the journal.
/// </summary>
internal sealed partial class Conversation : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly CallJournal _journal;
    private readonly PhoneMessages _messages;
    private readonly Signal _twilioDue;
    private readonly long _began;
    private readonly Playback _playback = new();
    private readonly SpokenTurns _turns;
    private readonly Listening _listening;
    private long _totalTokens;
    private TokenUsage _tokens;
    private TokenUsage _noteTokens;
    private string? _noteModel;
    private int _callerActivity;
    private int _cutIns;
    private TimeSpan _lastActivity;
    private long _leftoverTo;

    /// <summary>Starts the call's clock.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="journal">Takes the facts.</param>
    /// <param name="messages">Writes Twilio's messages for this stream.</param>
    /// <param name="twilioDue">Signalled when there may be something to send to Twilio.</param>
    /// <param name="recorder">Records what the caller hears; null for none.</param>
    public Conversation(TimeProvider time, CallJournal journal, StreamMessageWriter messages, Signal twilioDue, CallRecorder? recorder = null)
    {
        _time = time;
        _journal = journal;
        _listening = new Listening(time);
        _messages = new PhoneMessages(_playback, _listening, messages, recorder);
        _twilioDue = twilioDue;
        _turns = new SpokenTurns(journal, time);
        _began = time.GetTimestamp();
    }

    /// <summary>How long neither side has spoken; zero while the agent is heard.</summary>
    public TimeSpan QuietFor => Read(static it =>
    {
        var now = it.Now;
        var since = it._playback.PlayedOutAt > it._lastActivity ? it._playback.PlayedOutAt : it._lastActivity;
        return now > since && it._playback.Appended - it._playback.Sent < Telephony.FrameBytes ? now - since : TimeSpan.Zero;
    });

    /// <summary>Counts signs of life of the caller: words, interruptions, keys.</summary>
    public int CallerActivity => Volatile.Read(ref _callerActivity);

    /// <summary>How far the agent has got with what it says.</summary>
    public AgentProgress Progress => Read(static it => new AgentProgress(
        it._turns.AgentIsGenerating, it._playback.IsPlayedOut(it.Now), it._playback.Appended, it._cutIns, it.Now - it._listening.CallerSpokeAt));

    private TimeSpan Now => _time.GetElapsedTime(_began);

    /// <summary>Gemini spoke: agent audio as the phone hears it, µ-law.</summary>
    public void AgentSpoke(ReadOnlySpan<byte> mulaw)
    {
        lock (_lock)
        {
            var start = _playback.Appended;
            _listening.AgentArrives(_playback, Now);
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
            if (_playback.IsPlayedOut(Now))
            {
                return; // long after what it belongs to, as when a silent connection is given up, it would be heard as a click
            }

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

    /// <summary>A frame of the caller's audio came, so loud: heard for what it tells of when they stop speaking.</summary>
    /// <param name="level">See <see cref="Loudness.Of"/>.</param>
    /// <param name="now">The clock's timestamp.</param>
    public void CallerSounded(int level, long now)
    {
        lock (_lock)
        {
            _listening.Caller(level, _time.GetElapsedTime(_began, now));
        }
    }

    /// <summary>A piece of the caller's transcript, UTF-8.</summary>
    public void CallerSaid(ReadOnlySpan<byte> utf8)
    {
        lock (_lock)
        {
            var heardTo = _playback.HeardTo(Now);
            _turns.CallerSaid(utf8, heardTo);
            CallerActed();
            if (heardTo >= _leftoverTo)
            {
                return;
            }

            // The connection that spoke what still plays is gone, so nobody else can say that the caller cut it off.
            CutOff();
        }

        _twilioDue.Set();
    }

    /// <summary>A resumption handle holds what was heard of the caller so far.</summary>
    public void HandleCame() => Change(static it => it._turns.HandleCame());

    /// <summary>Gemini acts on what the caller said: nothing more belongs to it.</summary>
    public void CallerUnderstood() => Change(static it => it._turns.SettleCaller());

    /// <summary>The connection to Gemini ended. What the agent said plays on; what the caller said may be heard once more by the next one.</summary>
    /// <param name="callerIsHeardAgain">Whether the caller spoke in what is sent again.</param>
    /// <param name="sinceHandle">Whether that is what came after the handle, or after the agent's last turn began.</param>
    public void ConnectionEnded(bool callerIsHeardAgain, bool sinceHandle)
    {
        lock (_lock)
        {
            _leftoverTo = _playback.Appended;
            _turns.ConnectionEnded();
            if (callerIsHeardAgain)
            {
                _turns.CallerIsHeardAgain(sinceHandle);
            }
        }

        _twilioDue.Set();
    }

    /// <summary>A fact about the session with Gemini.</summary>
    public void Note(CallEvent fact) => _journal.Add(fact);

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
            CutOff();
        }

        _twilioDue.Set();
    }

    /// <summary>Twilio echoed a mark: the agent's audio was played up to this position, or discarded by a <c>clear</c>.</summary>
    public void MarkEchoed(long position)
    {
        lock (_lock)
        {
            var now = Now;
            _playback.Marked(position, now);
            _turns.HeardTo(_playback.HeardTo(now));
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

    /// <summary>Writes the next message that may go to Twilio now. Returns its length; 0 when none may, <paramref name="wait"/> then tells in how long one may.</summary>
    public int NextMessage(Span<byte> message, out TimeSpan? wait)
    {
        lock (_lock)
        {
            var (sent, now) = (_playback.Sent, Now);
            var length = _messages.Next(message, now, !_turns.AgentIsGenerating || _playback.Appended == _leftoverTo, out wait);
            if (_playback.Sent > sent)
            {
                _turns.WentOut(_playback.Sent, now, _listening.CallerSpokeAt);
            }

            return length;
        }
    }

    /// <summary>Puts what was said but not yet logged into the journal, the agent's words as far as they were heard.</summary>
    public void Finish()
    {
        lock (_lock)
        {
            _turns.Finish(_playback.HeardTo(Now));
            if (_listening.TakeLoudness(Now, evenLittle: true) is { } loudness)
            {
                _journal.Add(loudness);
            }
        }
    }

    /// <summary>How loud both sides were since this was asked last; null when that is not long ago.</summary>
    public LoudnessNoted? TakeLoudness() => Read(static it => it._listening.TakeLoudness(it.Now, evenLittle: false));

    /// <summary>What was counted of the agent's side, in the turns that are over.</summary>
    public StreamFigures Figures() => Read(static it => new StreamFigures
    {
        AgentMs = it._turns.AgentSamples / Telephony.PhoneBytesPerMs,
        AgentMsHeard = it._turns.HeardSamples / Telephony.PhoneBytesPerMs,
        Interruptions = it._turns.Interruptions,
        TotalTokens = it._totalTokens,
        Tokens = it._tokens,
        NoteTokens = it._noteTokens,
        NoteModel = it._noteModel,
    });

    /// <inheritdoc />
    public void Dispose() => Change(static it =>
    {
        it._playback.Dispose();
        it._turns.Dispose();
    });

    private void Change(Action<Conversation> change)
    {
        lock (_lock)
        {
            change(this);
        }
    }

    private T Read<T>(Func<Conversation, T> read)
    {
        lock (_lock)
        {
            return read(this);
        }
    }

    private void CutOff()
    {
        _cutIns++;
        var heardTo = _playback.Clear(Now);
        _listening.Interrupted(Now);
        _messages.Clear();
        _leftoverTo = 0;
        _turns.Interrupted(heardTo);
    }

    private void CallerActed()
    {
        _callerActivity++;
        _lastActivity = Now;
    }
}
