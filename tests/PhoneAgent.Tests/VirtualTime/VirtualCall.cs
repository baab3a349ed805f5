using Microsoft.Extensions.Logging.Abstractions;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Recordings;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Tools;

namespace PhoneAgent.Tests.VirtualTime;

/// <summary>A real call session between a phone and a Gemini that exist in memory and virtual time only.</summary>
internal sealed class VirtualCall : IDisposable
{
    /// <summary>One way, each side.</summary>
    public static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(25);

    private readonly Pacer _pacer;
    private readonly CallPlace _place;
    private readonly string _nonce;

    public VirtualCall(VirtualClock time, VirtualGemini? gemini = null, MemoryCallLog? log = null, TimeSpan? maxDuration = null, ActiveCalls? calls = null, int idleSeconds = 0, string nonce = "0123456789abcdef0123456789abcdef", AgentProfile? profile = null,
        IToolbox? toolbox = null, CallSid? callSid = null, Func<ToolboxOrder, IToolbox>? tools = null, TimeSpan? phoneLatency = null, AgentProfile? second = null, IRecordingStore? recordings = null)
    {
        Time = time;
        _nonce = nonce;
        Gemini = gemini ?? new VirtualGemini(time, Latency);
        Log = log ?? new MemoryCallLog();
        (var relay, var phone) = MemorySocket.Pair(time, phoneLatency ?? Latency);
        Phone = new VirtualPhone(time, phone);
        _pacer = new Pacer(time);
        var agent = profile ?? new AgentProfile { Instructions = "You answer the phone.", Greeting = "Greet the caller.", IdleSeconds = idleSeconds };
        var services = new CallServices(Log, Gemini, name => second is not null && second.Name == name ? second : agent, _pacer, time, Log.NewOwner, NullLogger.Instance) { Recordings = recordings, Toolbox = tools ?? (_ => toolbox ?? NoTools.Instance) };
        var sid = callSid ?? CallSid.Parse(VirtualPhone.CallSid);
        var limits = new CallLimits(VirtualPhone.AccountSid, "gemini-3.8-live", maxDuration ?? TimeSpan.FromHours(1));
        _place = (calls ?? new ActiveCalls(() => 10)).TryAdmit(sid, out _)!;
        Session = new CallSession(services, limits, new AdmittedTicket(sid, nonce), _place, relay);
        Ended = HoldAsync();
        Listening = Phone.ListenAsync();
    }

    public VirtualClock Time { get; }

    public VirtualPhone Phone { get; }

    public VirtualGemini Gemini { get; }

    public MemoryCallLog Log { get; }

    public CallSession Session { get; }

    /// <summary>The session, as far as its end.</summary>
    public Task<CallEnd> Ended { get; }

    private Task Listening { get; }

    /// <summary>The call's end event.</summary>
    public StreamEnded End => Assert.Single(Log.Events.OfType<StreamEnded>());

    /// <summary>Waits for the end and for the phone's loop.</summary>
    public async Task<CallEnd> EndAsync()
    {
        var end = await Ended;
        await Listening;
        return end;
    }

    /// <summary>Whether its relay was killed.</summary>
    public bool IsDead { get; private set; }

    /// <summary>The relay is killed: nothing more of it reaches anybody.</summary>
    public void Die()
    {
        IsDead = true;
        Log.Kill(_nonce);
    }

    // As the endpoint does.
    private async Task<CallEnd> HoldAsync()
    {
        using (_place)
        {
            return await Session.RunAsync();
        }
    }

    public void Dispose()
    {
        _place.Dispose();
        _pacer.Dispose();
    }
}
