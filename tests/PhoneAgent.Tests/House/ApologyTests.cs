using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Scripts;
using PhoneAgent.Simulator.Softphone;
using static PhoneAgent.Tests.House.WholeCallTests;

namespace PhoneAgent.Tests.House;

/// <summary>Whole phone calls that the house cannot hold: the caller is told so.</summary>
[SideBySide(10)]
public sealed class ApologyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("apology").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task When_Gemini_refuses_the_key_the_caller_hears_the_apology_and_the_next_call_is_served()
    {
        var script = new ConversationScript([new ScriptTurn { Agent = "Is there anything else?" }]);
        await using var house = await OpenAsync(script);
        house.Gemini.Behaviour = new GeminiBehaviour { RefusesKey = KeyRefusal.NotValid };

        var refused = await CallAsync(house, new SilentCaller(TimeSpan.FromSeconds(60)));

        Assert.Equal(CallEnding.HungUpByTwiml, refused.Ending);
        Assert.Contains("cannot be reached", Assert.Single(refused.Announcements));

        house.Gemini.Behaviour = GeminiBehaviour.Normal;
        var served = await CallAsync(house, new ScriptedCaller(script, _ => []));
        Assert.Equal((CallEnding.CallerHungUp, null), (served.Ending, served.Complaint));
    }

    [Fact]
    public async Task A_caller_whom_a_full_relay_cannot_take_hears_the_apology_after_four_more_tries()
    {
        var configuration = HouseConfiguration.FromEnvironment();
        configuration["Relay:MaxCalls"] = "1";
        var script = new ConversationScript([new ScriptTurn { Agent = "Is there anything else?" }]);
        await using var house = await SimulatedHouse.OpenAsync(configuration, Options(script), "file:" + _folder);
        var patience = Patience.Token;
        using var first = new SimulatedPhone(house.PhoneSettings());
        var caller = new LiveCaller();
        var talking = first.CallAsync(caller, cancellation: patience);
        await house.Gemini.WaitForSessionAsync(1, patience);
        using var second = new SimulatedPhone(house.PhoneSettings() with { VerbSpeed = 10 });

        var refused = await second.CallAsync(new SilentCaller(TimeSpan.FromSeconds(60)), cancellation: patience);

        Assert.Equal(CallEnding.HungUpByTwiml, refused.Ending);
        Assert.Contains("cannot be reached", Assert.Single(refused.Announcements));
        Assert.Equal(6, refused.Documents.Count);
        caller.HangUp();
        Assert.Equal(CallEnding.CallerHungUp, (await talking).Ending);
        Assert.Single(house.Gemini.Sessions);
    }

    [Fact]
    public async Task A_Gemini_lost_in_mid_call_ends_it_with_the_apology()
    {
        await using var house = await OpenAsync(new ConversationScript([new ScriptTurn { Agent = "Is there anything else?" }]));

        var call = await CallAsync(house, new GreetedCaller(() => house.Gemini.Faults.Now(GeminiFaultKind.RefuseKey))); // the connection is reset, and nobody let in again

        Assert.Equal(CallEnding.HungUpByTwiml, call.Ending);
        Assert.Contains("cannot be reached", Assert.Single(call.Announcements));
        Assert.InRange(call.AgentMsHeard, 500, 2_500); // the greeting, of 1.4 s, was heard to its end: it is not said again
    }

    private Task<SimulatedHouse> OpenAsync(ConversationScript script) =>
        SimulatedHouse.OpenAsync(HouseConfiguration.FromEnvironment(), Options(script), "file:" + _folder);

    /// <summary>A silent caller, and what happens once the greeting was heard to its end.</summary>
    private sealed class GreetedCaller(Action greeted) : ICaller
    {
        private bool _greeted;

        public string? Complaint => null;

        public CallerFrame NextFrame(CallMoment now, Span<byte> mulaw)
        {
            if (!_greeted && now.AgentFinished > 0)
            {
                _greeted = true;
                greeted();
            }

            return new(HangsUp: now.AtMs >= 60_000);
        }
    }
}
