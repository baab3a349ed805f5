using PhoneAgent.Simulator.Sound;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>Notices when the caller speaks: by the sound's energy, or told by the client when it detects activity itself.</summary>
internal sealed class CallerEars(LiveSetup setup, double thresholdDbfs)
{
    private readonly SpeechDetector _detector = new(GeminiWire.CallerRate, thresholdDbfs, setup.PrefixPaddingMs, setup.SilenceMs);

    /// <summary>Whether the caller is speaking.</summary>
    public bool CallerSpeaks { get; private set; }

    /// <summary>The sample with which the caller last began to speak.</summary>
    public long SpeechStart { get; private set; }

    /// <summary>The next samples of the caller.</summary>
    public IReadOnlyList<SpeechEvent> Hear(ReadOnlySpan<short> samples) => setup.DetectsActivity ? _detector.Hear(samples) : [];

    /// <summary>No sound comes for a while.</summary>
    public IReadOnlyList<SpeechEvent> HearEnd() => setup.DetectsActivity ? _detector.End() : [];

    /// <summary>The client says that the caller begins or stops to speak.</summary>
    public IReadOnlyList<SpeechEvent> BeTold(bool speaks, long position) => speaks == CallerSpeaks
        ? []
        : [new SpeechEvent(speaks ? SpeechEventKind.Started : SpeechEventKind.Ended, position, position)];

    /// <summary>Takes an event as happened.</summary>
    public void Take(SpeechEvent speech)
    {
        CallerSpeaks = speech.Kind == SpeechEventKind.Started;
        SpeechStart = CallerSpeaks ? speech.At : SpeechStart;
    }
}
