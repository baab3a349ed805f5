using PhoneAgent.Core.Calls;

namespace PhoneAgent.Tests.Handlers;

/// <summary>Tells what happened to a call, as handlers and relay would log it, on a clock of seconds.</summary>
internal sealed class CallStory
{
    public static readonly CallSid Call = CallSid.Parse("CA0123456789abcdef0123456789abcdef");
    public static readonly DateTimeOffset T0 = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, long> _sequences = [];
    private int _offers;

    public List<CallEvent> Events { get; } = [];

    public DateTimeOffset Now { get; private set; } = T0;

    public CallRecord Record => CallRecord.From(Call, Events);

    public CallStory Wait(double seconds)
    {
        Now += TimeSpan.FromSeconds(seconds);
        return this;
    }

    public CallStory Received() => Add(new CallReceived("inbound", "+14155550100", "+14155550199", "default") { At = Now });

    public CallStory Offered(int? attempt = null)
    {
        _offers++;
        return Add(new StreamOffered(attempt ?? _offers, NonceOf(_offers), Now.AddSeconds(120), "default") { At = Now });
    }

    public CallStory Started() => Relay(stamp => new StreamStarted(_offers, "MZ" + _offers) { At = Now, Relay = stamp });

    public CallStory Ended(EndReason reason) => Relay(stamp => new StreamEnded(reason, null, new StreamFigures()) { At = Now, Relay = stamp });

    public CallStory HandedOver() => Relay(stamp => new HandedOver { At = Now, Relay = stamp }).Ended(EndReason.HandedOver);

    public CallStory TransferRequested(string target, string reason = "why") => Relay(stamp => new TransferRequested(target, reason) { At = Now, Relay = stamp }).Ended(EndReason.Transfer);

    public CallStory AgentChanged(string agent) => Relay(stamp => new AgentChanged(agent) { At = Now, Relay = stamp });

    public CallStory TransferDialed(string target) => Add(new TransferDialed(target) { At = Now });

    public CallStory TransferEnded(string outcome) => Add(new TransferEnded(outcome) { At = Now });

    public CallStory Removed()
    {
        Events.Clear();
        return Add(new CallRemoved { At = Now });
    }

    public CallStory Add(CallEvent one)
    {
        Events.Add(one);
        return this;
    }

    private static string NonceOf(int offer) => offer.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);

    private CallStory Relay(Func<RelayStamp, CallEvent> one)
    {
        var nonce = NonceOf(_offers);
        _sequences[nonce] = _sequences.GetValueOrDefault(nonce) + 1;
        return Add(one(new RelayStamp(nonce, _sequences[nonce])));
    }
}
