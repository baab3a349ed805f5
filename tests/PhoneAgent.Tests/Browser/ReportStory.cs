using PhoneAgent.Core.Calls;

namespace PhoneAgent.Tests.Browser;

/// <summary>Tells a call fact by fact, a second after the other, and gives its record.</summary>
internal sealed class ReportStory
{
    private const string Nonce = "0123456789abcdef0123456789abcdef";

    private readonly List<CallEvent> _facts = [];
    private DateTimeOffset _now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private long _sequence;

    public ReportStory(string from = "+14155550100", string? context = null)
    {
        _facts.Add(new CallReceived("inbound", from, "+14155550199", "default", Context: context) { At = _now });
        _facts.Add(new StreamOffered(1, Nonce, _now.AddMinutes(2), "default") { At = _now });
        Relay(new StreamStarted(1, "MZ1", "gemini-3.8-live") { At = default });
        Relay(new LoudnessNoted(_now, "0123456789987654321012345678900000", "9876543210000000001111199999000000") { At = default });
    }

    public IReadOnlyList<CallEvent> Facts => _facts;

    public void Caller(string text) => Relay(new CallerSaid(text, _now) { At = default });

    public void Agent(string text, int heardMs, int? generatedMs = null, string? heard = null, int? responseMs = null) =>
        Relay(new AgentSaid(text, heard ?? text, generatedMs ?? heardMs, heardMs, _now, responseMs) { At = default }, heardMs);

    public void Relay(CallEvent fact, int lastsMs = 1_000)
    {
        _now = _now.AddMilliseconds(lastsMs);
        _facts.Add(fact with { At = _now, Relay = new RelayStamp(Nonce, ++_sequence) });
    }

    public CallRecord End(EndReason reason, string? detail = null)
    {
        Relay(new StreamEnded(reason, detail, new StreamFigures { TotalTokens = 1_234, CallerMs = 9_000 }) { At = default });
        _facts.Add(new StatusChanged("completed", 3, 12) { At = _now });
        return CallRecord.From(CallSid.Parse("CA00000000000000000000000000000001"), _facts);
    }
}
