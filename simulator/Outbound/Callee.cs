using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;

namespace PhoneAgent.Simulator.Outbound;

/// <summary>How a called party takes an outbound call.</summary>
public enum CalleeAnswer
{
    /// <summary>A person answers.</summary>
    Person,

    /// <summary>An answering machine does.</summary>
    Machine,

    /// <summary>The line is busy.</summary>
    Busy,

    /// <summary>It rings, and nobody answers.</summary>
    NoAnswer,
}

/// <summary>Whoever an outbound call reaches.</summary>
public sealed record Callee
{
    /// <summary>How the call is taken.</summary>
    public CalleeAnswer Answer { get; init; } = CalleeAnswer.Person;

    /// <summary>The voice of the person, or of the machine, one for each call; silent for half a minute by default.</summary>
    public Func<ICaller> Voice { get; init; } = static () => new SilentCaller(TimeSpan.FromSeconds(30));

    /// <summary>Told what happens in the call while it happens; must return quickly.</summary>
    public Action<PhoneEvent>? OnEvent { get; init; }
}
