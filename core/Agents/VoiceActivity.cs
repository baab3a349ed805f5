namespace PhoneAgent.Core.Agents;

/// <summary>Gemini's automatic activity detection. Source: https://ai.google.dev/api/live#AutomaticActivityDetection</summary>
public sealed record VoiceActivity
{
    /// <summary>Whether a short sound already counts as speech (<c>high</c>) or not (<c>low</c>).</summary>
    public Sensitivity StartSensitivity { get; init; } = Sensitivity.High;

    /// <summary>Whether a short silence already ends speech (<c>high</c>) or not (<c>low</c>).</summary>
    public Sensitivity EndSensitivity { get; init; } = Sensitivity.High;

    /// <summary>Milliseconds of speech before it counts as begun, 0–1000.</summary>
    public int PrefixPaddingMs { get; init; } = 100;

    /// <summary>Milliseconds of silence before it counts as ended, 100–5000.</summary>
    public int SilenceDurationMs { get; init; } = 500;
}

/// <summary>How readily a sound or a silence counts.</summary>
public enum Sensitivity
{
    /// <summary>Readily.</summary>
    High,

    /// <summary>Reluctantly.</summary>
    Low,
}
