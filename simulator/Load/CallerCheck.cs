namespace PhoneAgent.Simulator.Load;

/// <summary>Listens to one Gemini session: finds out whose caller it hears, and then that every frame arrives, once and in order.</summary>
internal sealed class CallerCheck
{
    private readonly LevelTrack _track = new();
    private readonly int[] _preamble = new int[CallerSignal.PreambleFrames];
    private int _heard;

    /// <summary>The call's number once it is known, else null.</summary>
    public int? Call { get; private set; }

    /// <summary>The first frames spelled no number.</summary>
    public bool Foreign { get; private set; }

    /// <summary>Frames that were skipped, or that did not sound like any.</summary>
    public int Lost { get; private set; }

    /// <summary>Frames received to their last sample, lost ones included.</summary>
    public int Complete => _track.Complete;

    /// <summary>The next piece of audio.</summary>
    public void Append(in Base64Audio audio)
    {
        _track.Append(audio);
        while (_track.TryNext(audio, out var level))
        {
            if (Call is { } call)
            {
                Compare(call, level);
            }
            else if (_heard < _preamble.Length)
            {
                _preamble[_heard++] = level;
                Read();
            }
        }
    }

    private void Read()
    {
        if (_heard < _preamble.Length)
        {
            return;
        }

        if (CallerSignal.TryRead(_preamble, out var call))
        {
            Call = call;
        }
        else
        {
            Foreign = true;
        }
    }

    private void Compare(int call, int level)
    {
        if (level == Levels.Silence)
        {
            Lost++;
            _heard++;
            return;
        }

        var missing = Levels.Wrap(level - CallerSignal.Level(call, _heard));
        Lost += missing;
        _track.Skip(missing);
        _heard += missing + 1;
    }
}
