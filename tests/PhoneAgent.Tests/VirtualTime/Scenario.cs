using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.Scripts;

namespace PhoneAgent.Tests.VirtualTime;

/// <summary>How a scenario differs from the usual one.</summary>
internal sealed record ScenarioOptions
{
    /// <summary>The conversation; the usual one has a greeting and forty answers of two seconds.</summary>
    public ConversationScript Script { get; init; } = Scenario.Talk();

    /// <summary>What happens when.</summary>
    public IReadOnlyList<GeminiFault> Faults { get; init; } = [];

    /// <summary>Whether Gemini tells with a handle what it has consumed.</summary>
    public bool TellsConsumed { get; init; } = true;

    /// <summary>How long a function takes.</summary>
    public Func<TimeSpan> ToolTakes { get; init; } = () => TimeSpan.FromMilliseconds(300);

    /// <summary>Jitter of the relay's pauses.</summary>
    public Func<double> Jitter { get; init; } = () => 0.5;

    /// <summary>Whether every message is hashed.</summary>
    public bool IsTraced { get; init; }

    /// <summary>Whether nothing is kept of the sound, so that what grows is the relay's; the invariants cannot be checked then.</summary>
    public bool IsCounted { get; init; }

    /// <summary>Notes the beginning of a long call; null for nobody.</summary>
    public Func<VirtualClock, PhoneAgent.MediaRelay.Gemini.ITextModel>? TextModel { get; init; }

    /// <summary>The call's greatest age.</summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromHours(3);
}

/// <summary>
/// A whole call, written down like a conversation: a caller, the real relay's session, the simulated Gemini with its faults, all in
/// virtual time. One way over each network takes 25 ms.
/// </summary>
internal sealed class Scenario : IDisposable
{
    public static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(25);
    private static readonly short[] Word = new short[GeminiWire.AgentRate / 4];

    private readonly Pacer _pacer;
    private readonly CallPlace _place;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Task<CallEnd> _ended;
    private readonly Task _listening;
    private Task _onTheLine = Task.CompletedTask;

    private Scenario(VirtualClock time, ScenarioOptions options)
    {
        Time = time;
        var handles = 0;
        Action<TimeSpan, byte[]>? trace = options.IsTraced ? Trace : null;
        Gemini = new ScriptedGemini(time, GeminiOptions(time, options, () => $"handle-{++handles}") with { Transcriber = options.IsCounted ? null : (session, from, to) => Caller!.Transcribe(session.Heard(), from, to) }, Latency) { Trace = trace };
        (var relay, var phone) = MemorySocket.Pair(time, Latency, trace);
        Phone = new VirtualPhone(time, phone) { KeepsTrace = false };
        Caller = new VirtualCaller(time, Phone, keepsSound: !options.IsCounted);
        Tools = new ScriptedToolbox(time, _ => options.ToolTakes());
        _pacer = new Pacer(time);
        var agent = new AgentProfile { Instructions = "You answer the phone.", Greeting = "Greet the caller.", IdleSeconds = 0 };
        var services = new CallServices(Log, Gemini, _ => agent, _pacer, time, Log.NewOwner, NullLogger.Instance) { Jitter = options.Jitter, Toolbox = _ => Tools, TextModel = options.TextModel?.Invoke(time) };
        _place = new ActiveCalls(() => 10).TryAdmit(CallSid.Parse(VirtualPhone.CallSid), out _)!;
        var session = new CallSession(services, new CallLimits(VirtualPhone.AccountSid, "gemini-3.8-live", options.MaxDuration), new AdmittedTicket(CallSid.Parse(VirtualPhone.CallSid), new string('a', 32)), _place, relay);
        _ended = session.RunAsync();
        _listening = Phone.ListenAsync();
    }

    public VirtualClock Time { get; }

    public VirtualPhone Phone { get; }

    public VirtualCaller Caller { get; }

    public ScriptedGemini Gemini { get; }

    public MemoryCallLog Log { get; } = new();

    public ScriptedToolbox Tools { get; }

    /// <summary>Sessions of Gemini so far.</summary>
    public IReadOnlyList<GeminiSession> Sessions => Gemini.Gemini.Sessions;

    /// <summary>The changes of connection so far.</summary>
    public IReadOnlyList<SessionResumed> Resumptions => [.. Log.Events.OfType<SessionResumed>()];

    /// <summary>What the log says the caller heard, turn by turn.</summary>
    public IReadOnlyList<string> Heard => [.. Log.Events.OfType<AgentSaid>().Select(said => said.HeardText)];

    /// <summary>How the stream ended.</summary>
    public StreamEnded End => Assert.Single(Log.Events.OfType<StreamEnded>());

    /// <summary>Plays a scenario: the call begins, the scene happens, the caller hangs up if they have not.</summary>
    public static void Play(Func<Scenario, Task> scene, ScenarioOptions? options = null) => VirtualClock.Run(async time =>
    {
        using var scenario = new Scenario(time, options ?? new ScenarioOptions());
        await scenario.Phone.StartAsync();
        scenario._onTheLine = scenario.Caller.BeOnTheLineAsync();
        await scene(scenario);
        await scenario.HangUp();
    });

    /// <summary>A greeting and questions with their answers; no word is said twice. Every fifth answer needs a function.</summary>
    public static ConversationScript Talk(int turns = 40, int words = 8, bool tools = false) => new([.. Enumerable.Range(0, turns).Select(turn => new ScriptTurn
    {
        Caller = turn == 0 ? null : $"question{turn}",
        Agent = string.Join(' ', Enumerable.Range(1, words).Select(word => $"a{turn}w{word}")),
        Tool = tools && turn % 5 == 2 ? new ScriptToolCall($"look_up_{turn}", []) : null,
    })])
    {
        AgentLines = [.. Enumerable.Range(1, 20).Select(line => $"f{line}w1 f{line}w2 f{line}w3")],
    };

    /// <summary>Lets this much time pass.</summary>
    public Task Advance(double seconds) => Time.Pass(TimeSpan.FromSeconds(seconds));

    /// <summary>Waits until the agent says its line, and is in it for so long.</summary>
    public async Task AgentIsSaying(string line, double forSeconds = 0.5)
    {
        Assert.True(await Caller.HearsBeginning(), $"The agent is not heard at {Time.Elapsed}.");
        Assert.StartsWith(line, Sessions[^1].Lines[^1].Text);
        await Advance(forSeconds);
    }

    /// <summary>Waits until the agent has said something to its end.</summary>
    public async Task AgentHasSpoken() => Assert.True(await Caller.Hears(), $"The agent is not heard at {Time.Elapsed}.");

    /// <summary>Gemini announces that the connection ends.</summary>
    public void GoAway() => Gemini.Gemini.Faults.Now(GeminiFaultKind.GoAway);

    /// <summary>The connection to Gemini is reset.</summary>
    public void KillSocket() => Gemini.Gemini.Faults.Now(GeminiFaultKind.Drop);

    /// <summary>Something else happens to the connection.</summary>
    public void Happens(GeminiFaultKind fault) => Gemini.Gemini.Faults.Now(fault);

    /// <summary>The caller hangs up, and everything comes to its end.</summary>
    public async Task<CallEnd> HangUp()
    {
        if (Phone.IsOpen)
        {
            await Phone.HangUpAsync();
        }

        var end = await _ended;
        await _listening;
        await _onTheLine;
        foreach (var serving in Gemini.Serving.ToArray())
        {
            await serving;
        }

        return end;
    }

    /// <summary>A hash over every message on every line, its time, and the log.</summary>
    public string TraceHash()
    {
        foreach (var one in Log.Events)
        {
            _hash.AppendData(System.Text.Encoding.UTF8.GetBytes(one.ToString()));
        }

        return Convert.ToHexString(_hash.GetCurrentHash());
    }

    public void Dispose()
    {
        _hash.Dispose();
        _place.Dispose();
        _pacer.Dispose();
    }

    private static SimulatedGeminiOptions GeminiOptions(VirtualClock time, ScenarioOptions options, Func<string> newHandle) => new()
    {
        ApiKey = "virtual",
        Script = options.Script,
        AgentVoice = text => [.. Enumerable.Repeat(Word, text.Split(' ').Length).SelectMany(word => word)],
        TellsConsumed = options.TellsConsumed,
        Faults = options.Faults,
        KeepsSound = !options.IsCounted,
        NewHandle = newHandle,
        Time = time,
    };

    private void Trace(TimeSpan at, byte[] message)
    {
        _hash.AppendData(BitConverter.GetBytes(at.Ticks));
        _hash.AppendData(message);
    }
}
