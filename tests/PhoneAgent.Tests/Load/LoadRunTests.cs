using PhoneAgent.Simulator.Load;
using PhoneAgent.Tests.Oracles;

namespace PhoneAgent.Tests.Load;

[Collection(RealTimeCollection.Name)]
public sealed class LoadRunTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(11); // each agent is interrupted once in 10.3 s

    [Fact]
    public async Task Two_calls_against_a_relay_in_its_own_process_lose_nothing()
    {
        var run = new LoadRun([2], Window, null, CpuPinning.None("other tests need the processors"), _ => { });

        var step = Assert.Single((await run.RunAsync(CancellationToken.None)).Steps);

        AssertNothingLost(step);
        Assert.True(step.CpuMsPerCallSecond > 0);
        Assert.True(step.RssIdleMb > 0);
        Assert.NotNull(step.Gc);
    }

    [NeedsNodeFact]
    public async Task A_relay_that_was_there_already_is_measured_too_whoever_wrote_it()
    {
        var geminiPort = LoopbackPort.Free();
        var (process, first) = await Oracle.Scripts.ServeAsync("relay-in-node.mjs", $"ws://127.0.0.1:{geminiPort}", "0");
        using (process)
        {
            try
            {
                var relay = new ExistingRelay(new RelayTarget(new Uri((string)first["stream"]!), "AC" + new string('0', 32), new byte[32]), geminiPort);
                var run = new LoadRun([2], Window, relay, CpuPinning.None("other tests need the processors"), _ => { });

                var step = Assert.Single((await run.RunAsync(CancellationToken.None)).Steps);

                AssertNothingLost(step);
                Assert.Equal(OperatingSystem.IsLinux() ? process.Id : null, ListeningProcess.Find(relay.Target.Stream.Port)?.Id);
                Assert.Equal(OperatingSystem.IsLinux(), step.CpuMsPerCallSecond > 0 && step.RssIdleMb > 0);
            }
            finally
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    [Fact]
    public void Nobody_listens_on_a_free_port() => Assert.Null(ListeningProcess.Find(LoopbackPort.Free()));

    private static void AssertNothingLost(StepFigures step)
    {
        Assert.Empty(step.Problems);
        Assert.Equal(0, step.CallerFrames.Lost);
        Assert.Equal(step.CallerFrames.Sent, step.CallerFrames.Heard);
        Assert.Equal(0, step.AgentChunks.Lost);
        Assert.Equal(0, step.ClearsMissing);
        Assert.True(step.CallerFrames.Sent > 2 * 50 * 7, "two callers spoke through warm-up and window");
        Assert.True(step.AgentChunks.Heard > 2 * 25 * 5, "two agents spoke most of the time");
        Assert.NotNull(step.AddedIn);
        Assert.NotNull(step.AddedOut);
        Assert.NotNull(step.InterruptedToClear);
    }
}
