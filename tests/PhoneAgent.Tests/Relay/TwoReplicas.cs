using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Tools;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.Tests.Relay;

/// <summary>Two relays with one log, and the call that is offered to one after the other.</summary>
internal sealed class TwoReplicas(VirtualClock time) : IDisposable
{
    /// <summary>What the agent greets with.</summary>
    public const string Greeting = "Good morning and welcome to the town library.";

    private static readonly AgentProfile Profile = new() { Name = "desk", Instructions = "You answer the phone.", Greeting = "Greet the caller.", IdleSeconds = 0 };

    private readonly ActiveCalls[] _calls = [new(() => 10), new(() => 10)];
    private readonly List<VirtualCall> _streams = [];
    private Task _saying = Task.CompletedTask;
    private TimeSpan _loudTo;
    private bool _hungUp;

    public VirtualClock Time { get; } = time;

    public MemoryCallLog Log { get; } = new();

    public IToolbox Toolbox { get; set; } = NoTools.Instance;

    public Task<VirtualCall> FirstAsync() => OfferAsync(0, null);

    public Task<VirtualCall> SecondAsync(VirtualGemini? gemini = null) => OfferAsync(1, gemini);

    /// <summary>The agent greets, and is heard to the end of it.</summary>
    public async Task GreetAsync(VirtualCall call, string handle)
    {
        await Time.Pass(TimeSpan.FromSeconds(1));
        await call.Gemini.SayAsync(2_000, Greeting);
        await call.Gemini.CompleteTurnAsync();
        await call.Gemini.GiveHandleAsync(handle);
    }

    /// <summary>The first relay is asked to stop.</summary>
    public Task DrainAsync(TimeSpan within) => _calls[0].DrainAsync(within, Time);

    /// <summary>From now on the caller speaks for so long.</summary>
    public void Speak(TimeSpan duration) => _loudTo = Time.Elapsed + duration;

    public async Task HangUpAsync(VirtualCall call)
    {
        _hungUp = true;
        await _saying;
        await call.Phone.HangUpAsync();
        Assert.Equal(EndReason.CallerHungUp, (await call.EndAsync()).Reason);
    }

    public void Dispose() => _streams.ForEach(call => call.Dispose());

    private async Task<VirtualCall> OfferAsync(int replica, VirtualGemini? gemini)
    {
        await _saying;
        var nonce = new string((char)('a' + replica), 32);
        Log.Events.Add(new StreamOffered(replica + 1, nonce, Time.GetUtcNow(), "desk") { At = Time.GetUtcNow() });
        var call = new VirtualCall(Time, gemini, Log, calls: _calls[replica], nonce: nonce, profile: Profile, toolbox: Toolbox);
        _streams.Add(call);
        await call.Phone.StartAsync();
        _saying = SayAsync(call);
        return call;
    }

    private async Task SayAsync(VirtualCall call)
    {
        while (!_hungUp && call.Phone.Closed is null && !call.IsDead && !call.Ended.IsCompleted)
        {
            await call.Phone.SpeakAsync(TimeSpan.FromSeconds(0.1), silent: Time.Elapsed >= _loudTo);
        }
    }
}
