namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// Knows when the caller was last loud enough to be speaking: 12 dB over the line's own noise, for at least 60 ms. It decides
/// nothing in the conversation, which is Gemini's to hear; it is what response times are measured from. Not thread-safe:
/// <see cref="Conversation"/> owns it.
/// </summary>
internal sealed class CallerSpeech
{
    // Mean magnitudes of 16-bit samples. Below −44 dB of full scale nothing counts, however quiet the line is.
    private const int QuietestSpeech = 200;
    private const int OverNoise = 4;
    private const int FramesOfSpeech = 3;
    private const float NoiseRises = 1f / 1_024;

    private float _noise = QuietestSpeech / OverNoise;
    private int _loudFrames;

    /// <summary>When the caller was last heard speaking; time since the call began. Null: not yet.</summary>
    public TimeSpan? LastSoundAt { get; private set; }

    /// <summary>Takes in the level of one frame, 20 ms, that has just arrived.</summary>
    public void Heard(int level, TimeSpan now)
    {
        _noise = level < _noise ? level : _noise + ((level - _noise) * NoiseRises);
        _loudFrames = level > Math.Max(QuietestSpeech, OverNoise * _noise) ? _loudFrames + 1 : 0;
        if (_loudFrames >= FramesOfSpeech)
        {
            LastSoundAt = now;
        }
    }
}
