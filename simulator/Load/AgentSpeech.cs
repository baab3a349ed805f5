namespace PhoneAgent.Simulator.Load;

/// <summary>
/// One utterance after the other as both ends of a call see it: Gemini's end says what it sent, the phone's end what it
/// heard. A new one begins only when the one before has arrived or was cleared, so positions never mix.
/// </summary>
internal sealed class AgentSpeech(int call, StepMeter meter)
{
    /// <summary>Pieces of 40 ms in an utterance, 4 s.</summary>
    public const int Chunks = 100;

    private readonly Lock _lock = new();
    private readonly LevelTrack _track = new();
    private readonly long[] _sentAt = new long[Chunks];
    private int _utterance = -1;
    private int _sent;
    private int _heard;
    private int _complete;
    private long _interruptedAt;
    private bool _cleared;

    /// <summary>The utterance's number, from 0.</summary>
    public int Utterance => _utterance;

    /// <summary>Nothing of the utterance is still on its way.</summary>
    public bool Settled
    {
        get
        {
            lock (_lock)
            {
                return IsSettled;
            }
        }
    }

    private bool IsSettled => _interruptedAt != 0 ? _cleared : _complete >= _sent;

    /// <summary>The level of a piece, another one in each call and utterance.</summary>
    public static int Level(int call, int utterance, int chunk) => Levels.Wrap((5L * call) + (3L * utterance) + chunk);

    /// <summary>A new utterance; what is missing of the old one is lost.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            CountMissing();
            _track.Reset();
            _utterance++;
            (_sent, _heard, _complete, _interruptedAt, _cleared) = (0, 0, 0, 0, false);
        }
    }

    /// <summary>Counts what never arrived, once no more of it can.</summary>
    public void CountMissing()
    {
        lock (_lock)
        {
            if (_interruptedAt == 0)
            {
                meter.AddChunksLost(Math.Max(0, _sent - _complete));
                _complete = Math.Max(_sent, _complete);
            }
            else if (!_cleared)
            {
                meter.ClearMissing();
                _cleared = true;
            }
        }
    }

    /// <summary>The next piece is about to be sent; returns its level.</summary>
    public int Sending(long now)
    {
        meter.ChunkSent();
        lock (_lock)
        {
            _sentAt[_sent] = now;
            return Level(call, _utterance, _sent++);
        }
    }

    /// <summary>Gemini is about to interrupt.</summary>
    public void Interrupting(long now)
    {
        lock (_lock)
        {
            _interruptedAt = now;
        }
    }

    /// <summary>The phone was told to discard.</summary>
    public void Cleared(long now)
    {
        lock (_lock)
        {
            if (_interruptedAt != 0 && !_cleared)
            {
                _cleared = true;
                meter.Cleared(now - _interruptedAt);
            }
        }
    }

    /// <summary>The phone received audio; returns whether it goes on where the utterance was.</summary>
    public bool Heard(in Base64Audio audio, long now)
    {
        lock (_lock)
        {
            if (_cleared)
            {
                return false; // the dying sound of what was interrupted
            }

            var flowing = _complete > 0 && _complete < _sent;
            _track.Append(audio);
            while (_heard < _sent && _track.TryNext(audio, out var level))
            {
                Compare(level);
            }

            for (; _complete < Math.Min(_track.Complete, _sent); _complete++)
            {
                meter.ChunkHeard(now - _sentAt[_complete], _complete == 0);
            }

            return flowing;
        }
    }

    // Behind the last piece comes the filter's dying sound, which is not looked at.
    private void Compare(int level)
    {
        var missing = level == Levels.Silence ? 0 : Levels.Wrap(level - Level(call, _utterance, _heard));
        meter.AddChunksLost(level == Levels.Silence ? 1 : missing);
        if (_heard + missing < _sent)
        {
            _track.Skip(missing);
            _heard += missing;
        }

        _heard++;
    }
}
