using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Calls;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>What a session of Gemini begins with in this stream.</summary>
/// <param name="Handle">The resumption handle another stream of the call left; null for none. It is secret: whoever has it has the conversation.</param>
/// <param name="SoFar">What was said in earlier streams of the call: recalled when the handle is refused, or when there is none.</param>
/// <param name="Carried">What else the stream before left.</param>
internal sealed record SessionStart(string? Handle, SpokenSoFar SoFar, CarriedSession Carried)
{
    /// <summary>The position in the caller's audio from which it hears them.</summary>
    public long From { get; init; }

    /// <summary>A call of which nothing was said yet.</summary>
    public static SessionStart New { get; } = new(null, new SpokenSoFar([], Cut: null, IsShortened: false), CarriedSession.None);

    /// <summary>Goes on with what the call's log knows.</summary>
    /// <param name="record">The call.</param>
    /// <param name="model">The Live model of this stream.</param>
    /// <param name="agent">Its agent.</param>
    /// <param name="now">The time.</param>
    public static SessionStart Of(CallRecord record, string model, AgentProfile agent, DateTimeOffset now) =>
        new(record.Carried.HandleFor(model, agent.Name, now), SpokenSoFar.From(record), record.Carried);
}

/// <summary>Where a session is.</summary>
public enum SessionState
{
    /// <summary>Its first connection is being opened.</summary>
    Connecting,

    /// <summary>The agent can hear and be heard.</summary>
    Live,

    /// <summary>Another connection is being opened, to go on.</summary>
    Resuming,

    /// <summary>It is over.</summary>
    Ended,
}
