namespace PhoneAgent.Core.Calls;

/// <summary>What a call's log has for the agent that goes on in another stream of it, beside what was said.</summary>
/// <param name="Saved">The newest handle, as long as nothing was said or done since; null when there is none.</param>
/// <param name="IsHandedOver">Whether the stream before knew that it ends; otherwise its last moments are not in the log.</param>
/// <param name="CallerMsLost">What was lost of the caller's words, milliseconds at most, as far as is known.</param>
/// <param name="Functions">Functions of whose outcome the agent has not spoken.</param>
public sealed record CarriedSession(SessionSaved? Saved, bool IsHandedOver, int CallerMsLost, IReadOnlyList<OpenFunction> Functions)
{
    // Gemini forgets a handle two hours after its connection ended. Source: https://ai.google.dev/gemini-api/docs/live-session#session-resumption
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(110);

    /// <summary>Nothing.</summary>
    public static CarriedSession None { get; } = new(null, IsHandedOver: false, 0, []);

    /// <summary>What a call's relays left.</summary>
    /// <param name="facts">Their facts, in the order of the attempts and within them.</param>
    internal static CarriedSession From(IEnumerable<CallEvent> facts)
    {
        var carried = None;
        foreach (var fact in facts)
        {
            carried = fact switch
            {
                SessionSaved saved => None with { Saved = saved },
                HandedOver left => new CarriedSession(left.Session, IsHandedOver: true, left.CallerMsLost, left.Functions ?? []),
                StreamStarted => carried with { IsHandedOver = false }, // whoever knows of it comes after it
                CallerSaid or AgentSaid or AgentInterrupted or AgentChanged or DigitPressed or ToolCalled => None,
                _ => carried,
            };
        }

        return carried;
    }

    /// <summary>The handle, for a model and an agent that can use it; null when there is none for them.</summary>
    /// <param name="model">The Live model.</param>
    /// <param name="agent">Name of the agent profile.</param>
    /// <param name="now">The time.</param>
    public string? HandleFor(string model, string agent, DateTimeOffset now) =>
        Saved is { } saved && saved.Model == model && saved.Agent == agent && now - saved.At < Lifetime ? saved.Handle : null;
}
