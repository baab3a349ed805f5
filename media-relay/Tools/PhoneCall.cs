using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Tools;

/// <summary>The call in which a tool runs: a C# tool that takes one gets it. Numbers are personal data and belong in no log.</summary>
/// <param name="CallSid">Twilio's id of the call.</param>
/// <param name="Agent">The agent's name.</param>
/// <param name="Caller">Who calls, as Twilio says, usually E.164; null when unknown.</param>
/// <param name="Called">Who is called; null when unknown.</param>
/// <param name="IsOutbound">Whether the agent placed the call.</param>
public sealed record PhoneCall(CallSid CallSid, string Agent, string? Caller, string? Called, bool IsOutbound);
