using PhoneAgent.Simulator.Conversation;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Scripts;

namespace PhoneAgent.Tests.House;

/// <summary>The demo call while its relay is stopped.</summary>
[SideBySide(44)]
public sealed class StoppedRelayTests
{
    [Fact]
    public Task The_demo_call_goes_on_at_another_relay() => FaultedDemoCall.HoldAsync("relay-sigterm@6");
}

/// <summary>The demo call while its relay is killed. In the middle of the first question, when the log surely holds the greeting.</summary>
[Collection(RealTimeCollection.Name)]
public sealed class KilledRelayTests
{
    [Fact]
    public Task The_demo_call_goes_on_at_another_relay() => FaultedDemoCall.HoldAsync("relay-kill@8.5");
}

/// <summary>How a relay's fault is written.</summary>
public sealed class RelayFaultTests
{
    [Theory]
    [InlineData("relay-kill@0", 0)]
    [InlineData("relay-sigterm@7.25", 7.25)]
    public void A_fault_has_a_name_and_a_time(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), RelayFault.Parse(text)?.At);

    [Theory]
    [InlineData("relay-kill")]
    [InlineData("relay-kill@")]
    [InlineData("relay-kill@-1")]
    [InlineData("relay-kill@soon")]
    [InlineData("relay-kill@1@2")]
    [InlineData("relay-kill@99999")]
    [InlineData("goaway@5")]
    public void Anything_else_is_none(string text) => Assert.Null(RelayFault.Parse(text));
}

/// <summary>The demo call, to its end, whatever happens to its relay.</summary>
internal static class FaultedDemoCall
{
    public static async Task HoldAsync(string fault)
    {
        var folder = Directory.CreateTempSubdirectory("relay-fault").FullName;
        try
        {
            var run = new ConversationRun(CallerLines.From(recording: null, script: null), HouseConfiguration.FromEnvironment(), "file:" + folder)
            {
                RelayFaults = [RelayFault.Parse(fault)!],
            };

            var outcome = await run.RunAsync(CancellationToken.None);

            Assert.True(outcome.Summary.Problem is null, outcome.Summary.Problem);
            Assert.Equal(ConversationScript.Demo.Turns.Count, outcome.Summary.Turns.Count);
            Assert.InRange(Assert.Single(outcome.Summary.StreamGaps).Ms, 0, 3_000);
            Assert.Equal(2, outcome.Setups.Count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
