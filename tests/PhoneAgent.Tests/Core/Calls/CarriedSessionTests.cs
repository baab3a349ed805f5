using PhoneAgent.Core.Calls;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.Tests.Core.Calls;

/// <summary>What of a session with Gemini another relay may go on with, by the log alone.</summary>
public sealed class CarriedSessionTests
{
    [Theory]
    [InlineData("gemini-3.8-live", "desk", 0, true)]
    [InlineData("gemini-3.8-live-extended-thinking", "desk", 0, false)]
    [InlineData("gemini-3.8-live", "billing", 0, false)]
    [InlineData("gemini-3.8-live", "desk", 109, true)]
    [InlineData("gemini-3.8-live", "desk", 110, false)]
    public void A_handle_is_for_its_model_and_agent_and_not_for_ever(string model, string agent, int minutes, bool usable)
    {
        var at = DateTimeOffset.UnixEpoch;
        var carried = CarriedSession.None with { Saved = new SessionSaved("H1", "gemini-3.8-live", "desk") { At = at } };
        Assert.Equal(usable ? "H1" : null, carried.HandleFor(model, agent, at.AddMinutes(minutes)));
    }

    [Fact]
    public void What_is_said_between_a_saved_handle_and_the_end_of_the_log_makes_it_useless()
    {
        var saved = new SessionSaved("H1", "m", "a") { At = default };
        Assert.Equal("H1", CarriedAfter(saved).Saved?.Handle);
        Assert.Equal("H1", CarriedAfter(saved, new SessionNudged(SessionTrouble.NoReply, 4_000) { At = default }).Saved?.Handle);
        Assert.Equal("H1", CarriedAfter(saved, new LoudnessNoted(default, "00", "00") { At = default }).Saved?.Handle);
        CallEvent[] said =
        [
            new CallerSaid("words") { At = default }, new AgentSaid("words", "words", 1, 1) { At = default }, new DigitPressed("1") { At = default },
            new ToolCalled("tool", ToolOutcome.Succeeded, 1) { At = default }, new AgentInterrupted(1, 2) { At = default },
        ];
        Assert.All(said, fact => Assert.Null(CarriedAfter(saved, fact).Saved));
        var left = CarriedAfter(saved, new HandedOver { At = default });
        Assert.Equal((null, true), (left.Saved, left.IsHandedOver));

        static CarriedSession CarriedAfter(params CallEvent[] facts)
        {
            CallEvent[] all = [new StreamStarted(1, "MZ1") { At = default }, .. facts];
            return CallRecord.From(CallSid.Parse(VirtualPhone.CallSid), all.Select((fact, i) => fact with { Relay = new RelayStamp(new string('a', 32), i + 1) })).Carried;
        }
    }
}
