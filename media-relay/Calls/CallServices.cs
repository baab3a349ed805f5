using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Recordings;
using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.MediaRelay.Tools;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>What all calls of a relay share.</summary>
/// <param name="Log">The call log.</param>
/// <param name="Gemini">Opens connections to Gemini.</param>
/// <param name="Agents">The profile of a name; the default profile when there is none of that name.</param>
/// <param name="Pacer">Wakes playback.</param>
/// <param name="Time">The clock.</param>
/// <param name="NewId">A fresh random id.</param>
/// <param name="Logger">Takes the calls' log lines.</param>
public sealed record CallServices(
    ICallLog Log,
    IGeminiConnector Gemini,
    Func<string?, AgentProfile> Agents,
    Pacer Pacer,
    TimeProvider Time,
    Func<string> NewId,
    ILogger Logger)
{
    /// <summary>A random number from 0 to 1, for pauses that must not be the same in all calls.</summary>
    public Func<double> Jitter { get; init; } = () => 0.5;

    /// <summary>Where calls are recorded; null for nowhere.</summary>
    public IRecordingStore? Recordings { get; init; }

    /// <summary>Notes the beginning of long calls; null for nobody.</summary>
    internal ITextModel? TextModel { get; init; }

    /// <summary>The functions that an agent may call during one call.</summary>
    internal Func<ToolboxOrder, IToolbox> Toolbox { get; init; } = _ => NoTools.Instance;
}

/// <summary>The settings that hold for one call, taken when it begins.</summary>
/// <param name="AccountSid">The only account whose streams are accepted.</param>
/// <param name="Model">The Live model.</param>
/// <param name="MaxCallDuration">Age at which a call ends, over all its streams.</param>
public sealed record CallLimits(string AccountSid, string Model, TimeSpan MaxCallDuration);

/// <summary>What the ticket in the stream's address proved.</summary>
/// <param name="CallSid">The only call the stream may be of.</param>
/// <param name="Nonce">Usable once.</param>
public sealed record AdmittedTicket(CallSid CallSid, string Nonce);
