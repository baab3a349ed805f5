namespace PhoneAgent.Core.Configuration;

/// <summary>Section <c>Tools</c>: what the agents' tools need and no profile may hold.</summary>
public sealed class ToolSettings
{
    /// <summary>Secrets by name, for headers of HTTP tools and MCP servers: <c>Tools__Secrets__NAME</c> is <c>{secret:NAME}</c> there.</summary>
    public Dictionary<string, string> Secrets { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Addresses by name, where they differ from one deployment to the next: <c>Tools__Addresses__NAME</c> is <c>{address:NAME}</c> at the beginning of a tool's URL.</summary>
    public Dictionary<string, string> Addresses { get; } = new(StringComparer.OrdinalIgnoreCase);
}
