using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using PhoneAgent.Core.Agents;
using PhoneAgent.MediaRelay.Tools.Http;

namespace PhoneAgent.MediaRelay.Tools.Mcp;

/// <summary>
/// One MCP server of one agent, shared by all its calls: connected in the background, looked at every half minute, and
/// connected again when it was lost. Calls take the tools it had last; while it is away those answer with an error.
/// </summary>
internal sealed partial class McpServer
{
    /// <summary>How often its tools are read again; that also tells whether it is still there.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);

    private const int MaxAnswerBytes = 1_048_576;
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(60);

    private readonly string _name;
    private readonly McpServerRules _rules;
    private readonly ToolSecrets _secrets;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile McpClient? _client;
    private volatile IReadOnlyList<CallTool> _tools = [];
    private volatile CancellationTokenSource? _looking;

    /// <summary>Describes a server; <see cref="RunAsync"/> connects it.</summary>
    /// <param name="name">Agent and server, for the log.</param>
    /// <param name="rules">Its address, and which of its tools the agent gets.</param>
    /// <param name="secrets">For its headers.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The relay's log.</param>
    public McpServer(string name, McpServerRules rules, ToolSecrets secrets, TimeProvider time, ILogger logger)
    {
        _name = name;
        _rules = rules;
        _secrets = secrets;
        _time = time;
        _logger = logger;
    }

    /// <summary>The tools it has, of those the profile lists; none before it was reached.</summary>
    public IReadOnlyList<CallTool> Tools => _tools;

    /// <summary>Ends with the first try to reach it, whether it was or not.</summary>
    public Task TriedAsync => _tried.Task;

    /// <summary>Keeps it connected until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var pause = TimeSpan.FromSeconds(1);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await HoldAsync(() => pause = TimeSpan.FromSeconds(1), stopping);
            }
            catch (Exception lost)
            {
                // Nothing of a server's may end the relay; what it says may hold anything, so the log gets the type alone.
                if (!stopping.IsCancellationRequested)
                {
                    LogLost(_name, lost.GetType().Name, pause.TotalSeconds);
                }
            }

            _client = null;
            _tried.TrySetResult();
            await PauseAsync(pause, stopping);
            pause = pause * 2 < MaxPause ? pause * 2 : MaxPause;
        }
    }

    private async Task HoldAsync(Action connected, CancellationToken stopping)
    {
        using var http = new HttpClient(new BoundedAnswers(ToolHttp.Handler(_rules.PrivateNetwork), MaxAnswerBytes)) { Timeout = Timeout.InfiniteTimeSpan };
        var transport = new HttpClientTransport(
            new HttpClientTransportOptions
            {
                Endpoint = new Uri(_rules.Url),
                TransportMode = HttpTransportMode.StreamableHttp,
                AdditionalHeaders = new Dictionary<string, string>(_secrets.Filled(_rules.Headers)),
                ConnectionTimeout = ConnectWithin,
                EnableStandaloneGetStream = false,
            },
            http);
        var options = new McpClientOptions { ClientInfo = new Implementation { Name = "ServerlessPhoneAgent", Version = "1" }, InitializationTimeout = ConnectWithin };
        using var connecting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await using var limit = _time.CreateTimer(_ => connecting.Cancel(), null, 2 * ConnectWithin, Timeout.InfiniteTimeSpan);
        await using var client = await McpClient.CreateAsync(transport, options, cancellationToken: connecting.Token);
        while (true)
        {
            _tools = Offered(await ListAsync(client, stopping));
            _client = client;
            connected();
            _tried.TrySetResult();
            using (var looking = CancellationTokenSource.CreateLinkedTokenSource(stopping))
            {
                _looking = looking;
                await PauseAsync(LookEvery, looking.Token);
                _looking = null;
            }

            stopping.ThrowIfCancellationRequested();
        }
    }

    private async Task<IList<McpClientTool>> ListAsync(McpClient client, CancellationToken stopping)
    {
        using var listing = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await using var limit = _time.CreateTimer(_ => listing.Cancel(), null, ConnectWithin, Timeout.InfiniteTimeSpan);
        return await client.ListToolsAsync(cancellationToken: listing.Token);
    }

    private List<CallTool> Offered(IList<McpClientTool> found)
    {
        var tools = new List<CallTool>();
        foreach (var name in _rules.Tools)
        {
            try
            {
                if (found.FirstOrDefault(tool => tool.Name == name) is { } tool)
                {
                    tools.Add(new CallTool(name, ToolAnswers.Beginning(tool.Description, 2_000), tool.JsonSchema, _rules, (call, cancellation) => CallAsync(name, call.Arguments, cancellation)));
                }
                else
                {
                    LogMissing(_name, name);
                }
            }
            catch (GeminiSchemaException unusable)
            {
                LogUnusable(_name, name, unusable.Problem);
            }
        }

        return tools;
    }

    private async Task<FunctionAnswer> CallAsync(string name, JsonElement arguments, CancellationToken cancellation)
    {
        if (_client is not { } client)
        {
            return ToolAnswers.Error("The service cannot be reached at the moment.");
        }

        try
        {
            var result = await client.CallToolAsync(name, arguments.EnumerateObject().ToDictionary(one => one.Name, one => (object?)one.Value), cancellationToken: cancellation);
            return Answer(result);
        }
        catch (McpProtocolException refused)
        {
            return ToolAnswers.Error($"The service refused the call: {ToolAnswers.Beginning(refused.Message, 500)}");
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException or McpException or ObjectDisposedException or InvalidOperationException)
        {
            LookAtOnce();
            return ToolAnswers.Error("The service could not be reached.");
        }
    }

    private static FunctionAnswer Answer(CallToolResult result)
    {
        var succeeded = result.IsError != true;
        if (result.StructuredContent is { } structured && JsonSerializer.SerializeToNode(structured) is JsonObject content)
        {
            return new FunctionAnswer(succeeded, content.ToJsonString());
        }

        var text = new StringBuilder();
        foreach (var block in result.Content.OfType<TextContentBlock>())
        {
            text.Append(text.Length > 0 ? "\n" : "").Append(block.Text);
        }

        return text.Length > 0 ? ToolAnswers.Of(text.ToString(), succeeded)
            : succeeded ? new FunctionAnswer(true, """{"ok":true}""")
            : ToolAnswers.Error("The service failed.");
    }

    private void LookAtOnce()
    {
        try
        {
            _looking?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It is looking already.
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken until)
    {
        try
        {
            await Task.Delay(pause, _time, until);
        }
        catch (OperationCanceledException)
        {
            // Whoever cancelled wants the loop to go on at once.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The MCP server {Server} is not reachable ({Cause}); it is tried again in {Seconds} s.")]
    private partial void LogLost(string server, string cause, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The MCP server {Server} has no tool {Tool}.")]
    private partial void LogMissing(string server, string tool);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The tool {Tool} of the MCP server {Server} is left out: its schema {Problem}.")]
    private partial void LogUnusable(string server, string tool, string problem);
}
