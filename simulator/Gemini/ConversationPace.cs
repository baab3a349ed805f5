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
}
