using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>
/// Gemini Live without Google: takes connections, holds a scripted conversation on each and keeps a record of all. It speaks
/// the wire protocol of https://ai.google.dev/api/live and refuses what the real one refuses.
/// </summary>
public sealed class SimulatedGemini
{
    private readonly Lock _gate = new();
    private readonly List<GeminiSession> _sessions = [];
    private TaskCompletionSource _sessionCame = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _connections;
    private volatile GeminiBehaviour _behaviour = GeminiBehaviour.Normal;

    /// <summary>A server that is not yet mapped to a path.</summary>
    /// <exception cref="Sound.NoSpeechException">A line of the script cannot be spoken.</exception>
    public SimulatedGemini(SimulatedGeminiOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        Lines = new ConversationLines(options.Script, options.AgentVoice);
        Pace = new ConversationPace
        {
            ThinkTime = options.ThinkTime,
            BurstFactor = options.BurstFactor,
            SpeechThresholdDbfs = options.SpeechThresholdDbfs,
            TellsConsumed = options.TellsConsumed,
            Transcriber = options.Transcriber,
        };
        Faults = new FaultSchedule(options.Faults, options.Time, options.FaultHappened);
        Handles = new ResumptionHandles(options.NewHandle);
        TextModel = new SimulatedTextModel(options.ApiKey);
    }

    /// <summary>How connections accepted from now on behave.</summary>
    public GeminiBehaviour Behaviour
    {
        get => _behaviour;
        set => _behaviour = value;
    }

    /// <summary>Requests that reached the method's path, also such as got no further.</summary>
    public int ConnectionsSeen => Volatile.Read(ref _connections);

    /// <summary>Sessions so far: connections on which a setup arrived, also one that was refused.</summary>
    public IReadOnlyList<GeminiSession> Sessions
    {
        get
        {
            lock (_gate)
            {
                return _sessions.ToArray();
            }
        }
    }

    /// <summary>The text models at the same host.</summary>
    public SimulatedTextModel TextModel { get; }

    /// <summary>What the handles given out stand for.</summary>
    public IReadOnlyCollection<ResumptionSnapshot> Snapshots => Handles.All;

    internal SimulatedGeminiOptions Options { get; }

    internal ConversationLines Lines { get; }

    internal ConversationPace Pace { get; }

    internal FaultSchedule Faults { get; }

    internal ResumptionHandles Handles { get; }

    /// <summary>Waits for the session of that number, counted from 1.</summary>
    /// <exception cref="OperationCanceledException">It did not come in time.</exception>
    public async Task<GeminiSession> WaitForSessionAsync(int number, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task came;
            lock (_gate)
            {
                if (_sessions.Count >= number)
                {
                    return _sessions[number - 1];
                }

                came = _sessionCame.Task;
            }

            await came.WaitAsync(cancellationToken);
        }
    }

    internal GeminiSession OpenSession(string apiVersion, JsonObject setup)
    {
        lock (_gate)
        {
            GeminiSession session = null!;
            session = new GeminiSession(_sessions.Count + 1, apiVersion, setup, Options.KeepsSound, what => Options.Observer?.Invoke(session, what));
            _sessions.Add(session);
            _sessionCame.TrySetResult();
            _sessionCame = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return session;
        }
    }

    /// <summary>Serves one request to the method's path, to its end.</summary>
    internal async Task ServeAsync(HttpContext context, string apiVersion, CancellationToken stopping)
    {
        Interlocked.Increment(ref _connections);
        var behaviour = Behaviour;
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await ApiRefusal.Invalid("This method is a WebSocket.").WriteAsync(context);
            return;
        }

        if (behaviour.RefusesKey == KeyRefusal.Http403)
        {
            await new ApiRefusal(StatusCodes.Status403Forbidden, "PERMISSION_DENIED", "The caller does not have permission.").WriteAsync(context);
            return;
        }

        Faults.ConnectionOpened();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var connection = new GeminiConnection(this, socket, apiVersion, behaviour, context.Abort);
        await connection.RunAsync(KeyProblem(context.Request, behaviour), stop.Token);
    }

    // A wrong key is refused on the accepted socket and not by HTTP: so users report it of the real one, and so both official
    // clients can tell why (they show the close reason; a failed upgrade is only "non-101 status" to them).
    private GeminiClose? KeyProblem(HttpRequest request, GeminiBehaviour behaviour)
    {
        var key = request.Headers[GeminiWire.KeyHeader].FirstOrDefault() ?? request.Query[GeminiWire.KeyQuery].FirstOrDefault();
        return behaviour.RefusesKey switch
        {
            KeyRefusal.Blocked => GeminiClose.KeyBlocked,
            KeyRefusal.NotValid => GeminiClose.KeyNotValid,
            _ when string.IsNullOrEmpty(key) => GeminiClose.KeyMissing,
            _ when Faults.RefusesKey() => GeminiClose.KeyNotValid,
            _ => key == Options.ApiKey ? null : GeminiClose.KeyNotValid,
        };
    }
}
