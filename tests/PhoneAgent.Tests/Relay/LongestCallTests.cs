using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.Tests.Relay;

/// <summary>How long a call may last is said by the agent that answered it.</summary>
public sealed class LongestCallTests
{
    [Theory]
    [InlineData(2, null, 2)]
    [InlineData(null, 2, 5)]
    [InlineData(4, 2, 4)]
    public void Who_takes_over_keeps_to_the_limit_of_who_answered(int? answering, int? takingOver, int minutes) => VirtualClock.Run(async time =>
    {
        var log = new MemoryCallLog();
        log.Events.Add(new CallReceived("inbound", "+14155550100", "+14155550199", "reception") { At = time.GetUtcNow() });
        var second = new AgentProfile { Name = "reception", Instructions = "You answer.", IdleSeconds = 0, EndCall = new EndCallRules { MaxMinutes = answering } };
        var profile = new AgentProfile { Instructions = "You take over.", IdleSeconds = 0, EndCall = new EndCallRules { MaxMinutes = takingOver } };
        using var call = new VirtualCall(time, log: log, maxDuration: TimeSpan.FromMinutes(5), profile: profile, second: second); // the phone names the one that takes over
        await call.Phone.StartAsync();
        var line = call.Phone.KeepSilentAsync(TimeSpan.FromMinutes(6));
        for (var answered = 0; call.Phone.IsOpen; await time.Pass(TimeSpan.FromSeconds(1)))
        {
            for (; answered < call.Gemini.Texts.Count; answered++)
            {
                await call.Gemini.SayAsync(400, "Yes.");
                await call.Gemini.CompleteTurnAsync();
            }
        }

        await line;

        Assert.Equal(EndReason.TimeLimit, (await call.EndAsync()).Reason);
        Assert.InRange(call.Time.Elapsed.TotalMinutes, minutes, minutes + 0.5);
    });
}
