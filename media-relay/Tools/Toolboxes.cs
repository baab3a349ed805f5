using System.Collections.Concurrent;
using PhoneAgent.Core.Agents;
using PhoneAgent.MediaRelay.Tools.Functions;
using PhoneAgent.MediaRelay.Tools.Http;
using PhoneAgent.MediaRelay.Tools.Mcp;

namespace PhoneAgent.MediaRelay.Tools;

/// <summary>Packs toolboxes: knows all registered functions, makes HTTP tools of profiles, and asks the MCP servers what they have.</summary>
internal sealed class Toolboxes
{
    private readonly Dictionary<string, PhoneTool> _functions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<AgentTools, CallTool[]> _own = new();
    private readonly McpServers _mcp;
    private readonly ToolHttp _http;
    private readonly ToolSecrets _secrets;
    private readonly ToolAddresses _addresses;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Takes what the relay registered.</summary>
    public Toolboxes(IEnumerable<PhoneTool> functions, McpServers mcp, ToolHttp http, ToolSecrets secrets, ToolAddresses addresses, TimeProvider time, ILogger<Toolboxes> logger)
    {
        foreach (var function in functions)
        {
            _functions[function.Name] = function; // the newest registration counts, as services do
        }

        _mcp = mcp;
        _http = http;
        _secrets = secrets;
        _addresses = addresses;
        _time = time;
        _logger = logger;
    }

    /// <summary>A toolbox for a call.</summary>
    public IToolbox For(ToolboxOrder order)
    {
        var control = order.Control is null ? [] : CallControlTools.Of(order.Agent, order.Control);
        return new Toolbox([.. control, .. Own(order.Agent), .. _mcp.Of(order.Agent)], order.Agent.Tools.GoogleSearch, order.Call, LiveModel.Of(order.Model), order.Tell, _time, _logger);
    }

    /// <summary>What is wrong with a profile's tools, by key: functions that are not registered, secrets that are missing, parameters that Gemini cannot be told.</summary>
    public IEnumerable<(string Key, string Problem)> Problems(AgentProfile agent)
    {
        foreach (var (name, rules) in agent.Tools.Functions)
        {
            if (!_functions.TryGetValue(name, out var function))
            {
                yield return ($"tools.functions.{name}", $"is no function that the relay registers; {(_functions.Count == 0 ? "there are none" : "there are " + string.Join(", ", _functions.Keys))}");
            }
            else if (Refusal(() => function.With(rules)) is { } refusal)
            {
                yield return ($"tools.functions.{name}", $"has parameters that Gemini does not take. {refusal.Message.TrimEnd('.')}");
            }
        }

        foreach (var (name, rules) in agent.Tools.Http)
        {
            if (Refusal(() => new HttpTool(rules, _http, _secrets).Named(name)) is { } refusal)
            {
                yield return ($"tools.http.{name}.parameters", $"are not what Gemini takes. {refusal.Message.TrimEnd('.')}");
            }
        }

        var headers = agent.Tools.Http.Select(one => (Key: $"tools.http.{one.Key}.headers", one.Value.Headers)).Concat(agent.Tools.Mcp.Select(one => (Key: $"tools.mcp.{one.Key}.headers", one.Value.Headers)));
        foreach (var (key, header, secret) in headers.SelectMany(one => one.Headers.SelectMany(header => ToolSecrets.Names(header.Value).Select(secret => (one.Key, header.Key, secret)))))
        {
            if (!_secrets.Has(secret))
            {
                yield return ($"{key}.{header}", $"needs the secret {secret}; set Tools__Secrets__{secret}");
            }
        }
    }

    // Schemas are converted once, not in every call.
    private CallTool[] Own(AgentProfile agent) => _own.GetOrAdd(agent.Tools, _ =>
    [
        .. agent.Tools.Functions.Where(one => _functions.ContainsKey(one.Key)).Select(one => _functions[one.Key].With(one.Value)),
        .. from tool in agent.Tools.Http
           let url = _addresses.Of(tool.Value.Url)
           where url is not null
           select new HttpTool(tool.Value with { Url = url }, _http, _secrets).Named(tool.Key),
    ]);

    private static GeminiSchemaException? Refusal(Func<CallTool> make)
    {
        try
        {
            make();
            return null;
        }
        catch (GeminiSchemaException refusal)
        {
            return refusal;
        }
    }
}

/// <summary>What a toolbox is packed for.</summary>
/// <param name="Agent">Whose functions.</param>
/// <param name="Model">The Live model.</param>
/// <param name="Call">The call.</param>
/// <param name="Tell">Tells the agent something, as text.</param>
/// <param name="Control">What the built-in tools do to the call; null for none of them.</param>
internal sealed record ToolboxOrder(AgentProfile Agent, string Model, PhoneCall Call, Action<string> Tell, ICallControl? Control = null);
