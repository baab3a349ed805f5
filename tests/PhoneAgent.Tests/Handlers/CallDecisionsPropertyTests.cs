using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Voice;

namespace PhoneAgent.Tests.Handlers;

/// <summary>Whatever a relay, a caller and Twilio do, in thousands of seeded calls, the decisions keep their promises.</summary>
public sealed class CallDecisionsPropertyTests
{
    private static readonly CallLimits Limits = new(TimeSpan.FromMinutes(60));
    private static readonly TransferTargets Owner = (_, target) => target == "owner" ? new TransferTarget { Number = "+14155550123" } : null;
    private static readonly string?[] DialOutcomes = [null, "completed", "busy", "no-answer", "failed", "canceled"];
    private static readonly EndReason[] Reasons = Enum.GetValues<EndReason>();

    [Fact]
    public void Every_call_comes_to_an_end_within_its_limits()
    {
        var rows = new HashSet<DecisionRow>();
        for (var seed = 0; seed < 4000; seed++)
        {
            PlayCall(new Random(seed), seed, rows);
        }

        Assert.Equal(Enum.GetValues<DecisionRow>().Length - 1, rows.Count); // all but NotInProgress, which asks nothing of the record
    }

    private static void PlayCall(Random random, int seed, HashSet<DecisionRow> rows)
    {
        var story = new CallStory().Received().Offered();
        var attempts = 1;
        var dials = 0;
        var pace = random.Next(4) switch { 0 => 1, 1 => 30, 2 => 200, _ => 600 };
        var steady = random.Next(12); // most calls keep failing in the same way
        for (var asked = 1; ; asked++)
        {
            Assert.True(asked <= 60, $"seed {seed} asks for ever");
            Live(story, random, random.Next(3) == 0 ? random.Next(12) : steady);
            story.Wait(random.NextDouble() * pace);
            if (random.Next(200) == 0)
            {
                story.Removed();
            }

            var dialing = story.Record.Transfers is [.., { DialedAt: not null, Outcome: null }];
            var fields = new StreamEndedFields("in-progress", dialing || random.Next(20) == 0 ? DialOutcomes[random.Next(DialOutcomes.Length)] : null);
            var record = random.Next(50) == 0 ? null : story.Record;
            var decision = CallDecisions.Decide(record, fields, story.Now, Limits, Owner);
            rows.Add(decision.Row);
            Assert.Equal(decision, CallDecisions.Decide(record, fields, story.Now, Limits, Owner));
            if (decision.TransferOutcome is { } outcome)
            {
                story.TransferEnded(outcome);
            }

            switch (decision)
            {
                case CallDecision.Connect connect:
                    attempts++;
                    Assert.NotNull(record);
                    Assert.Equal(attempts, connect.Attempt);
                    Assert.InRange(connect.Attempt, 2, 12);
                    Assert.InRange(connect.PauseSeconds, 0, 8);
                    AssertMayGoOn(story, record, seed);
                    story.Wait(connect.PauseSeconds).Offered();
                    break;
                case CallDecision.Dial dial:
                    Assert.NotNull(record);
                    AssertMayGoOn(story, record, seed);
                    Assert.True(story.Now.AddSeconds(dial.TimeLimitSeconds) <= CallStory.T0 + Limits.MaxAge + (dial.AlreadyDialed ? TimeSpan.FromHours(1) : TimeSpan.Zero));
                    if (!dial.AlreadyDialed)
                    {
                        Assert.InRange(++dials, 1, 3);
                        story.TransferDialed(dial.Target);
                    }

                    break;
                default:
                    return;
            }
        }
    }

    private static void AssertMayGoOn(CallStory story, CallRecord record, int seed)
    {
        Assert.True(story.Now - CallStory.T0 < Limits.MaxAge, $"seed {seed} goes on past its age");
        Assert.Null(record.RemovedAt);
        Assert.False(record.NewestOffered?.End?.Reason.IsFinal() == true, $"seed {seed} goes on after a final end");
    }

    // What becomes of the newest stream: never started, ended for some reason, handed over, transferred, or lost.
    private static void Live(CallStory story, Random random, int fate)
    {
        if (story.Record.NewestOffered is not { Started: false } || fate == 0)
        {
            return;
        }

        story.Wait(random.NextDouble() * 20).Started().Wait(random.NextDouble() * 60);
        _ = fate switch
        {
            1 or 2 => story.HandedOver(),
            3 => story.TransferRequested("owner"),
            4 => story.TransferRequested("+19005550100"),
            5 or 6 => story,
            7 => story.Ended(EndReason.StreamLost),
            8 => story.Ended(Reasons[random.Next(Reasons.Length)]),
            _ => random.Next(2) == 0 ? story.HandedOver() : story.TransferRequested("owner"),
        };
    }
}
