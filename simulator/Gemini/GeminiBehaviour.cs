namespace PhoneAgent.Simulator.Gemini;

/// <summary>How a connection to the simulated Gemini misbehaves from its beginning; the default is well-behaved. What happens to it later is a <see cref="GeminiFault"/>.</summary>
public sealed record GeminiBehaviour
{
    /// <summary>A well-behaved connection.</summary>
    public static GeminiBehaviour Normal { get; } = new();

    /// <summary>Takes setup and never answers it.</summary>
    public bool NeverAnswersSetup { get; init; }

    /// <summary>Refuses a key although it is the right one; null accepts it.</summary>
    public KeyRefusal? RefusesKey { get; init; }

    /// <summary>Sent as they are, one message each, right after setupComplete: malformed or unknown things.</summary>
    public IReadOnlyList<string> RawAfterSetup { get; init; } = [];

    /// <summary>Sends every message as frames of at most so many bytes; null sends whole messages.</summary>
    public int? FragmentBytes { get; init; }
}

/// <summary>How a key is refused.</summary>
public enum KeyRefusal
{
    /// <summary>As a key nobody issued: accepted upgrade, then close 1007.</summary>
    NotValid,

    /// <summary>As a key that was blocked: accepted upgrade, then close 1008.</summary>
    Blocked,

    /// <summary>HTTP 403 instead of the upgrade, as a proxy or a restricted key may get it.</summary>
    Http403,
}
