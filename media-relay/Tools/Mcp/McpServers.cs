using PhoneAgent.Core.Agents;
using PhoneAgent.MediaRelay.Tools.Http;

namespace PhoneAgent.MediaRelay.Tools.Mcp;

/// <summary>The MCP servers of all agents, connected while the relay runs. A start waits for them a little; a call never does.</summary>
internal sealed class McpServers : IHostedService, IDisposable
{
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(3);

    private readonly IServiceProvider _services;
    private readonly ToolSecrets _secrets;
    private readonly ToolAddresses _addresses;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private Dictionary<(string Agent, string Server), McpServer> _servers = [];
    private Task[] _running = [];

    /// <summary>Prepares them; the profiles are asked for when the relay starts, after they were checked.</summary>
    public McpServers(IServiceProvider services, ToolSecrets secrets, ToolAddresses addresses, TimeProvider time, ILogger<McpServers> logger)
    {
        _services = services;
        _secrets = secrets;
        _addresses = addresses;
        _time = time;
        _logger = logger;
    }

    /// <summary>The tools of an agent's servers, as far as they were reached.</summary>
    public IEnumerable<CallTool> Of(AgentProfile agent) => agent.Tools.Mcp.SelectMany(server => _servers.TryGetValue((agent.Name, server.Key), out var one) ? one.Tools : []);

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _servers = _services.GetRequiredService<AgentProfiles>().All
            .SelectMany(agent => agent.Tools.Mcp.Select(server => (Agent: agent.Name, Server: server.Key, Rules: server.Value, Url: _addresses.Of(server.Value.Url))))
            .Where(one => one.Url is not null)
            .ToDictionary(one => (one.Agent, one.Server), one => new McpServer($"{one.Agent}/{one.Server}", one.Rules with { Url = one.Url! }, _secrets, _time, _logger));
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
