namespace PhoneAgent.Simulator.Load;

/// <summary>
/// Reads levels out of audio that arrives in pieces of any size: which stretches of constant level are complete, and
/// what level each has. Both directions have stretches of 320 samples: 20 ms of what Gemini hears at 16 kHz, 40 ms of what
/// the phone hears at 8 kHz.
/// </summary>
internal sealed class LevelTrack
{
    /// <summary>Samples of one stretch.</summary>
    public const int StretchSamples = 320;

    // Behind the middle, because a resampler delays: at this place a delay of up to 3 ms and the edges it blurs do no harm.
    private const int Probe = 184;

    private long _begin;
    private long _end;
    private int _probed;

    /// <summary>Stretches received to their last sample.</summary>
    public int Complete => (int)(_end / StretchSamples);

    /// <summary>The next piece.</summary>
    public void Append(in Base64Audio audio)
    {
        _begin = _end;
        _end += audio.Length;
    }

    /// <summary>The level of the next stretch, once the piece just appended shows it.</summary>
    public bool TryNext(in Base64Audio audio, out int level)
    {
        var at = (_probed * (long)StretchSamples) + Probe - _begin;
        level = Levels.Silence;
        if (at >= audio.Length)
        {
            return false;
        }

        // What was skipped over in an earlier piece has no level any more.
        level = at < 0 ? Levels.Silence : Levels.Of(audio[(int)at]);
        _probed++;
        return true;
    }

    /// <summary>Notes that so many stretches are missing in front of the last one.</summary>
    public void Skip(int stretches)
    {
        _begin += stretches * StretchSamples;
        _end += stretches * StretchSamples;
        _probed += stretches;
    }

    /// <summary>Starts again with the first stretch.</summary>
    public void Reset() => (_begin, _end, _probed) = (0, 0, 0);
}
