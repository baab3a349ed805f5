namespace PhoneAgent.Core.Calls;

/// <summary>What was counted during one attempt. Milliseconds of audio; milliseconds of time for latencies.</summary>
public sealed record StreamFigures
{
    /// <summary>Caller audio received from Twilio.</summary>
    public long CallerMs { get; init; }

    /// <summary>Caller audio sent to Gemini.</summary>
    public long CallerMsToGemini { get; init; }

    /// <summary>Caller audio dropped because Gemini could not take it in time.</summary>
    public long CallerMsDropped { get; init; }

    /// <summary>Caller audio sent again to a new connection of which it is unknown whether Gemini had it already.</summary>
    public long CallerMsRepeated { get; init; }

    /// <summary>Connections to Gemini that went on with a conversation begun on another.</summary>
    public int Resumptions { get; init; }

    /// <summary>Those among them that began with the transcript instead of a handle.</summary>
    public int Reseeds { get; init; }

    /// <summary>Times the agent was told by text to go on.</summary>
    public int Nudges { get; init; }

    /// <summary>Agent audio received from Gemini.</summary>
    public long AgentMs { get; init; }

    /// <summary>Agent audio the caller heard.</summary>
    public long AgentMsHeard { get; init; }

    /// <summary>Interruptions by the caller.</summary>
    public int Interruptions { get; init; }

    /// <summary>Messages of either side that could not be read and were skipped.</summary>
    public int MalformedMessages { get; init; }

    /// <summary>Gemini's <c>totalTokenCount</c> of all turns together: each turn is billed for the whole conversation before it.</summary>
    public long TotalTokens { get; init; }

    /// <summary>The same by direction and modality, as far as Gemini says.</summary>
    public TokenUsage Tokens { get; init; }

    /// <summary>What the text model that noted the beginning of a long call took in and gave, by its own count; text alone.</summary>
    public TokenUsage NoteTokens { get; init; }

    /// <summary>That model, the newest one if there were several; null when none was asked.</summary>
    public string? NoteModel { get; init; }
}
