namespace PhoneAgent.Simulator.Gemini;

/// <summary>How fast the simulated model is.</summary>
internal sealed record ConversationPace
{
    /// <summary>From the certain end of the caller's speech, or the last tool response, to the first sound of the answer.</summary>
    public TimeSpan ThinkTime { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>How many times faster than it plays a line is sent.</summary>
    public double BurstFactor { get; init; } = 4;

    /// <summary>From this level of 10 ms on the caller is heard, RMS against full scale.</summary>
    public double SpeechThresholdDbfs { get; init; } = -50;

    /// <summary>Whether a client that asks is told how much was consumed.</summary>
    public bool TellsConsumed { get; init; }

    /// <summary>
    /// What the caller said from one sample of a session to another; null for what the script expects. With it the model answers what it
    /// heard, in whatever order, and a text that asks for nothing new gets a line of the rotation.
    /// </summary>
    public Func<GeminiSession, long, long, string?>? Transcriber { get; init; }
}
