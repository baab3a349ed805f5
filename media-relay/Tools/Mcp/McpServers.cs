using PhoneAgent.Core.Agents;
using PhoneAgent.MediaRelay.Tools.Http;

namespace PhoneAgent.MediaRelay.Tools.Mcp;

/// <summary>The MCP servers of all agents, connected while the relay runs. A start waits for them a little; a call never does.</summary>
internal sealed class McpServers : IHostedService, IDisposable
{
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(3);

    private readonly Dictionary<(string Agent, string Server), McpServer> _servers;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private Task[] _running = [];

    /// <summary>Describes the servers of all profiles.</summary>
    public McpServers(AgentProfiles profiles, ToolSecrets secrets, TimeProvider time, ILogger<McpServers> logger)
    {
        _time = time;
        _servers = profiles.All
            .SelectMany(agent => agent.Tools.Mcp.Select(server => (Agent: agent.Name, Server: server.Key, Rules: server.Value)))
            .ToDictionary(one => (one.Agent, one.Server), one => new McpServer($"{one.Agent}/{one.Server}", one.Rules, secrets, time, logger));
    }

    /// <summary>The tools of an agent's servers, as far as they were reached.</summary>
    public IEnumerable<CallTool> Of(AgentProfile agent) => agent.Tools.Mcp.SelectMany(server => _servers.TryGetValue((agent.Name, server.Key), out var one) ? one.Tools : []);

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_servers.Count > 0)
        {
            _running = [.. _servers.Values.Select(server => server.RunAsync(_stopping.Token))];
            await Task.WhenAny(Task.WhenAll(_servers.Values.Select(server => server.TriedAsync)), Task.Delay(StartWithin, _time, cancellationToken));
        }
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping.Cancel();
        await Task.WhenAny(Task.WhenAll(_running), Task.Delay(StartWithin, _time, cancellationToken));
    }

    /// <inheritdoc />
    public void Dispose() => _stopping.Dispose();
}
