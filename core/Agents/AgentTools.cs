using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PhoneAgent.Core.Agents;

/// <summary>What an agent can do beyond talking; nothing unless it is listed.</summary>
public sealed record AgentTools
{
    /// <summary>Whether the model looks things up with Google Search.</summary>
    public bool GoogleSearch { get; init; }

    /// <summary>C# functions that the relay registers, by name.</summary>
    public IReadOnlyDictionary<string, ToolRules> Functions { get; init; } = ReadOnlyDictionary<string, ToolRules>.Empty;

    /// <summary>HTTP requests, by the names the model calls them.</summary>
    public IReadOnlyDictionary<string, HttpToolRules> Http { get; init; } = ReadOnlyDictionary<string, HttpToolRules>.Empty;

    /// <summary>MCP servers, by the owner's names for them.</summary>
    public IReadOnlyDictionary<string, McpServerRules> Mcp { get; init; } = ReadOnlyDictionary<string, McpServerRules>.Empty;

    /// <summary>All rules with their keys in the profile.</summary>
    [JsonIgnore]
    public IEnumerable<(string Key, ToolRules Rules)> All =>
    [
        .. Functions.Select(one => ($"tools.functions.{one.Key}", one.Value)),
        .. Http.Select(one => ($"tools.http.{one.Key}", (ToolRules)one.Value)),
        .. Mcp.Select(one => ($"tools.mcp.{one.Key}", (ToolRules)one.Value)),
    ];
}

/// <summary>What holds for every kind of tool.</summary>
public record ToolRules
{
    /// <summary>After how long the model is told that it did not answer in time, 1–60.</summary>
    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>What the model gets of a result at most, 256–65,536; the rest is cut off, and the model told so.</summary>
    public int MaxResultBytes { get; init; } = 8_192;

    /// <summary>After how long without a result the agent tells the caller that it takes a moment, 1–60; 0 for never.</summary>
    public int SlowAfterSeconds { get; init; } = 3;

    /// <summary>When the model speaks of the result; null for the model's own way.</summary>
    public Scheduling? Scheduling { get; init; }

    /// <summary>Whether the model waits for the result before it goes on; null for the model's own way.</summary>
    public bool? Blocking { get; init; }
}

/// <summary>When the model speaks of a result. Source: https://ai.google.dev/gemini-api/docs/live-api/tools</summary>
public enum Scheduling
{
    /// <summary>It knows the result and says nothing.</summary>
    Silent,

    /// <summary>When it has said what it was saying.</summary>
    WhenIdle,

    /// <summary>At once.</summary>
    Interrupt,
}

/// <summary>An HTTP request as a tool.</summary>
public sealed record HttpToolRules : ToolRules
{
    /// <summary>What it does and when to use it, for the model.</summary>
    public required string Description { get; init; }

    /// <summary>GET, POST, PUT, PATCH or DELETE.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>The address; <c>{name}</c> stands for an argument. Its host is written out, or is <c>{address:NAME}</c>.</summary>
    public required string Url { get; init; }

    /// <summary>JSON schema of the arguments; undefined for none.</summary>
    public JsonElement Parameters { get; init; }

    /// <summary>Sent with each request; <c>{secret:NAME}</c> stands for <c>Tools__Secrets__NAME</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Hosts a redirect may lead to, beside the URL's own.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Whether its host may have a private address.</summary>
    public bool PrivateNetwork { get; init; }
}

/// <summary>An MCP server and which of its tools the agent gets.</summary>
public sealed record McpServerRules : ToolRules
{
    /// <summary>Its address: streamable HTTP.</summary>
    public required string Url { get; init; }

    /// <summary>Which of its tools the agent gets; no others.</summary>
    public required IReadOnlyList<string> Tools { get; init; }

    /// <summary>Sent with each request; <c>{secret:NAME}</c> stands for <c>Tools__Secrets__NAME</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Whether its host may have a private address.</summary>
    public bool PrivateNetwork { get; init; }
}
