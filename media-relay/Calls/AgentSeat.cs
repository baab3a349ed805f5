using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.MediaRelay.Tools;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// Who is the agent of a stream: one agent after the other, each with a profile, tools and a session of Gemini of its own. One that
/// takes over is told the conversation so far, and hears the caller from where the one before stopped.
/// </summary>
internal sealed class AgentSeat : IDisposable
{
    private readonly CallServices _services;
    private readonly string _defaultModel;
    private readonly PhoneCall _call;
    private readonly CallRecord _record;
    private readonly CallerAudio _caller;
    private readonly Signal _callerDue;
    private readonly Conversation _conversation;
    private readonly Lock _lock = new();
    private readonly List<GeminiSession> _earlier = [];
    private GeminiSession _session;
    private string? _next;
    private bool _finishing;

    /// <summary>Seats the first agent; nothing is opened yet.</summary>
    /// <param name="services">What all calls share.</param>
    /// <param name="defaultModel">The Live model of agents that name none.</param>
    /// <param name="call">The call, as tools may know it; its agent is who sits down.</param>
    /// <param name="record">What the log knows of the call.</param>
    /// <param name="caller">What the caller says.</param>
    /// <param name="callerDue">Signalled by <paramref name="caller"/> at each append.</param>
    /// <param name="conversation">Takes what agents say.</param>
    /// <param name="end">Ends the stream.</param>
    public AgentSeat(
        CallServices services, string defaultModel, PhoneCall call, CallRecord record, CallerAudio caller, Signal callerDue, Conversation conversation, Action<CallEnd> end)
    {
        _services = services;
        _defaultModel = defaultModel;
        _call = call;
        _record = record;
        _caller = caller;
        _callerDue = callerDue;
        _conversation = conversation;
        LastWords = new LastWords(conversation, services.Time);
        Actions = new CallActions(LastWords, end, HandOff, services.Time) { Agent = AgentBrief.For(services.Agents(call.Agent), record) };
        _session = Sit(SessionStart.Of(record, Model, Agent, services.Time.GetUtcNow()));
    }

    /// <summary>What is done once the agent's last words were heard.</summary>
    public LastWords LastWords { get; }

    /// <summary>What the agent may do with the call.</summary>
    public CallActions Actions { get; }

    /// <summary>Who sits there now.</summary>
    public AgentProfile Agent => Actions.Agent;

    /// <summary>The Live model of who sits there now.</summary>
    public string Model => Agent.Model.Name ?? _defaultModel;

    /// <summary>The session of who sits there now.</summary>
    public GeminiSession Session
    {
        get
        {
            lock (_lock)
            {
                return _session;
            }
        }
    }

    /// <summary>Whether nobody would notice another replica taking over now.</summary>
    public bool CanMove => Session.CanMove;

    /// <summary>What the stream leaves to the one that goes on; see <see cref="GeminiSession.HandOver"/>.</summary>
    public HandedOver HandOver(bool allHeard) => Session.HandOver(allHeard);

    /// <summary>Holds one session after the other until the last ends.</summary>
    public async Task<GeminiEnd> RunAsync()
    {
        while (true)
        {
            var session = Session;
            var end = await session.RunAsync();
            lock (_lock)
            {
                if (_finishing || _next is not { } name)
                {
                    return end;
                }

                _next = null;
                _earlier.Add(session);
                session.Dispose();
                Actions.Agent = TakingOver(AgentBrief.For(_services.Agents(name), _record));
                _session = Sit(SessionStart.New with { From = session.SentTo });
                _conversation.Note(new AgentChanged(name) { At = _services.Time.GetUtcNow() });
            }
        }
    }

    /// <summary>Tells the agent something, as text.</summary>
    public void Tell(string text) => Session.Tell(text);

    /// <summary>Looks after the session, about once a second.</summary>
    public void Look() => Session.Look();

    /// <summary>No more caller audio is coming, and nobody takes over any more.</summary>
    public void Finish()
    {
        lock (_lock)
        {
            _finishing = true;
        }

        Session.Finish();
    }

    /// <summary>Ends the session without waiting for anything.</summary>
    public void Abort() => Session.Abort();

    /// <summary>What was counted of all sessions, added to some figures.</summary>
    public StreamFigures AddTo(StreamFigures figures)
    {
        lock (_lock)
        {
            return _session.AddTo(_earlier.Aggregate(figures, (sum, session) => session.AddTo(sum)));
        }
    }

    /// <inheritdoc />
    public void Dispose() => Session.Dispose();

    private void HandOff(string agent)
    {
        lock (_lock)
        {
            _next = agent;
        }

        Session.Finish();
    }

    private GeminiSession Sit(SessionStart start)
    {
        var control = new CallControl(Actions);
        var toolbox = _services.Toolbox(new ToolboxOrder(Agent, Model, _call with { Agent = Agent.Name }, Tell, control));
        return new GeminiSession(_services, Model, Agent, toolbox, start, _caller, _callerDue, _conversation);
    }

    private static AgentProfile TakingOver(AgentProfile agent) => agent with
    {
        Greeting = "You take over this call from another assistant of the same house; what was said so far was told to you. Say in one short sentence who you are, and go on where the conversation stopped. Do not ask again what was answered already.",
        GreetingText = null,
    };
}
