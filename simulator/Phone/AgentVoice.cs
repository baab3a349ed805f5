namespace PhoneAgent.Simulator.Phone;

/// <summary>
/// Hears when the agent speaks, by the energy of the frames played to the caller. A reply is over after 360 ms of
/// silence with nothing left to play, or after 1 s of silence although more is buffered.
/// </summary>
internal sealed class AgentVoice
{
    private const int HangoverFrames = 360 / LineFrames.Ms;
    private const int LongHangoverFrames = 1000 / LineFrames.Ms;

    private readonly List<HeardUtterance> _utterances = [];
    private int _cutFrame = -1;
    private bool _cutSpeech;

    /// <summary>Everything the agent was heard to say, the last one perhaps not yet over.</summary>
    public IReadOnlyList<HeardUtterance> Utterances => _utterances;

    public bool Speaks { get; private set; }

    public int Begun => _utterances.Count;

    /// <summary>Whether what it said last was cut off.</summary>
    public bool WasCut { get; private set; }

    public int Finished => Speaks ? _utterances.Count - 1 : _utterances.Count;

    /// <summary>Takes the frame of that number.</summary>
    public void Hear(int frame, ReadOnlySpan<byte> mulaw, bool moreIsBuffered)
    {
        var audible = Loudness.IsAudible(mulaw);
        if (frame <= _cutFrame)
        {
            if (audible && _cutSpeech)
            {
                _utterances[^1] = _utterances[^1] with { EndFrame = frame + 1 };
            }
        }
        else if (audible)
        {
            if (!Speaks)
            {
                (Speaks, WasCut) = (true, false);
                _utterances.Add(new HeardUtterance(frame, frame));
            }

            _utterances[^1] = _utterances[^1] with { EndFrame = frame + 1 };
        }
        else if (Speaks && frame - _utterances[^1].EndFrame >= (moreIsBuffered ? LongHangoverFrames : HangoverFrames))
        {
            Speaks = false;
        }
    }

    /// <summary>
    /// The server cleared the buffer within that frame: what was being said ends there, what comes next is something new.
    /// </summary>
    public void Cut(int frame)
    {
        _cutFrame = frame;
        _cutSpeech = Speaks;
        (Speaks, WasCut) = (false, WasCut || Speaks);
    }
}

/// <summary>The agent speaking in one go, as heard: from the first audible frame to behind the last.</summary>
public sealed record HeardUtterance(int BeginFrame, int EndFrame)
{
    /// <summary>When it began, since the call was answered.</summary>
    public int BeginMs => BeginFrame * LineFrames.Ms;

    /// <summary>When it was over.</summary>
    public int EndMs => EndFrame * LineFrames.Ms;
}
