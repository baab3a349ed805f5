using PhoneAgent.Core.Agents;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>What a connection is set up with.</summary>
/// <param name="Model">The Live model, without <c>models/</c>.</param>
/// <param name="Agent">The agent's profile.</param>
internal sealed record SessionSetup(string Model, AgentProfile Agent)
{
    /// <summary>The <c>tools</c> array, JSON; empty for none.</summary>
    public ReadOnlyMemory<byte> Tools { get; init; }

    /// <summary>The handle of the state to resume; null for a new session.</summary>
    public string? Handle { get; init; }

    /// <summary>Whether the server is to tell with each handle what it has consumed.</summary>
    public bool AsksConsumed { get; init; }

    /// <summary>Whether the history follows as <c>clientContent</c>.</summary>
    public bool TellsHistory { get; init; }
}
