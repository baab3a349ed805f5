using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Tools;
using PhoneAgent.MediaRelay.Tools.Http;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.TestKit;

/// <summary>
/// A phone call for tests: the relay with your agents and your tools, between a caller and a model that do what the test says, in
/// memory and in virtual time. Minutes of talking take milliseconds, and the same test takes the same course every time. What the model would
/// say is the test's to write: this tests your tools and what the relay does with a call, not the model's wit. HTTP tools are answered by
/// the test; C# tools may wait by the <see cref="TimeProvider"/> they are handed, and not by the network.
/// </summary>
public sealed class TestCall
{
    private readonly VirtualClock _time;
    private readonly TestLog _log = new();
    private readonly TestCaller _caller;
    private readonly TestModel _model;
    private readonly Task<CallEnd> _ended;
    private readonly CallSid _callSid;

    private TestCall(VirtualClock time, AgentProfiles agents, string agent, Toolboxes tools, Pacer pacer)
    {
        _time = time;
        _model = new TestModel(time);
        _callSid = CallSid.Parse(TestCaller.CallSid);
        (var relay, var phone) = MemorySocket.Pair(time, TestCaller.Latency);
        _caller = new TestCaller(time, phone);
        _log.Events.Add(new CallReceived("inbound", TestCaller.From, TestCaller.To, agent) { At = time.GetUtcNow() });
        var owners = 0;
        var services = new CallServices(_log, _model, name => agents.Find(name) ?? agents.Default, pacer, time, () => $"owner-{++owners}", NullLogger.Instance) { Toolbox = tools.For };
        var place = new ActiveCalls(() => 1).TryAdmit(_callSid, out _)!;
        var session = new CallSession(services, new CallLimits(TestCaller.AccountSid, "gemini-3.8-live", TimeSpan.FromHours(1)), new AdmittedTicket(_callSid, new string('a', 32)), place, relay);
        _ended = HoldAsync(session, place);
    }

    /// <summary>What the owner would read of the call now, as far as it is logged.</summary>
    public CallRecord Record => CallRecord.From(_callSid, _log.Events);

    /// <summary>What the model was told by text, the greeting's instruction first.</summary>
    public IReadOnlyList<string> ToldToModel => _model.Texts;

    /// <summary>The names of the functions the model was offered.</summary>
    public IReadOnlyList<string> Functions => _model.Functions;

    /// <summary>The model's instructions.</summary>
    public string Instructions => _model.Instructions;

    /// <summary>Time since the call began.</summary>
    public TimeSpan Elapsed => _time.Elapsed;

    /// <summary>Holds a call.</summary>
    /// <param name="agents">The folder with the profiles.</param>
    /// <param name="scenario">What happens in it. The call ends with it at the latest.</param>
    /// <param name="tools">Registers C# tools, as your relay does, and what they need.</param>
    /// <param name="web">Answers the requests of HTTP tools with a body; null for 404. Without it there is nothing at any address.</param>
    /// <param name="agent">The profile that takes the call.</param>
    /// <exception cref="AgentProfileException">A profile has mistakes.</exception>
    /// <exception cref="InvalidOperationException">A profile names a tool that is not there, or the scenario waits for something that never comes.</exception>
    public static void Hold(string agents, Func<TestCall, Task> scenario, Action<IServiceCollection>? tools = null, Func<HttpRequestMessage, string?>? web = null, string agent = AgentProfiles.DefaultName) => VirtualClock.Run(async time =>
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(time).AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddAgentProfiles(agents).AddTools();
        services.AddSingleton(new ToolHttp(_ => new TestWeb(web ?? (_ => null)))).Configure<ToolSettings>(TestWeb.NameAddresses(agents));
        tools?.Invoke(services);
        var provider = services.BuildServiceProvider();
        using var pacer = new Pacer(time);
        var profiles = provider.GetRequiredService<AgentProfiles>();
        var toolboxes = provider.GetRequiredService<Toolboxes>();
        var profile = profiles.Find(agent) ?? throw new InvalidOperationException($"There is no agent {agent}. There are: {string.Join(", ", profiles.Names)}.");
        if (toolboxes.Problems(profile).Select(one => profiles.Problem(agent, one.Key, one.Problem)).ToList() is { Count: > 0 } problems)
        {
            throw new InvalidOperationException(string.Join(Environment.NewLine, problems));
        }

        var call = new TestCall(time, profiles, agent, toolboxes, pacer);
        await call._caller.BeginAsync(agent);
        await call._model.ReadyAsync();
        await scenario(call);
        await call.CallerHangsUp();
    });

    /// <summary>The agent says something, and is heard to the end unless the caller interrupts.</summary>
    public async Task AgentSays(string words)
    {
        await _model.SayAsync(words);
        await _time.Pass(TestModel.Length(words) + Moment);
    }

    /// <summary>The agent says something, and the caller interrupts after a while.</summary>
    public async Task AgentIsInterrupted(string words, TimeSpan after)
    {
        await _model.SayAsync(words);
        await _time.Pass(after);
        await _model.InterruptAsync();
        await _time.Pass(Moment);
    }

    /// <summary>The caller says something.</summary>
    public async Task CallerSays(string words)
    {
        await _time.Pass(TestModel.Length(words));
        await _model.HearAsync(words);
        await _time.Pass(Moment);
    }

    /// <summary>The caller presses keys.</summary>
    public async Task CallerPresses(string keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (var key in keys)
        {
            await _caller.PressAsync(key);
            await _time.Pass(Moment);
        }
    }

    /// <summary>The model calls a function; comes back with what the relay answers, once it does.</summary>
    /// <param name="function">Its name.</param>
    /// <param name="arguments">An object whose properties are the arguments; null for none.</param>
    public Task<ToolAnswer> ModelCalls(string function, object? arguments = null) =>
        _model.CallAsync(function, JsonSerializer.Serialize(arguments ?? new object(), JsonSerializerOptions.Web));

    /// <summary>Nobody says anything for a while.</summary>
    public Task Silence(TimeSpan time) => _time.Pass(time);

    /// <summary>The connection to the model breaks; the relay opens another.</summary>
    public async Task ModelIsLost()
    {
        _model.Vanish();
        await _time.Pass(TimeSpan.FromSeconds(5));
    }

    /// <summary>The caller hangs up, unless the call is over; comes back with the record.</summary>
    public async Task<CallRecord> CallerHangsUp()
    {
        await _caller.HangUpAsync();
        return await Ends();
    }

    /// <summary>Waits until the relay ends the call's stream; comes back with the record.</summary>
    public async Task<CallRecord> Ends()
    {
        await _ended;
        return Record;
    }

    private static TimeSpan Moment => TimeSpan.FromMilliseconds(300);

    private static async Task<CallEnd> HoldAsync(CallSession session, CallPlace place)
    {
        using (place)
        {
            return await session.RunAsync();
        }
    }
}

/// <summary>What the relay answered to a function call of the model.</summary>
/// <param name="Succeeded">Whether it is a result; otherwise an error.</param>
/// <param name="Json">The result or the error, as the model reads it.</param>
public sealed record ToolAnswer(bool Succeeded, string Json);
