using PhoneAgent.Simulator.Load;

namespace PhoneAgent.Tests.Load;

[Collection(RealTimeCollection.Name)]
public sealed class LoadRunTests
{
    [Fact]
    public async Task Two_calls_against_a_relay_in_its_own_process_lose_nothing()
    {
        var run = new LoadRun([2], TimeSpan.FromSeconds(3), null, CpuPinning.None("other tests need the processors"), _ => { });

        var step = Assert.Single((await run.RunAsync(CancellationToken.None)).Steps);

        Assert.Empty(step.Problems);
        Assert.Equal(0, step.CallerFrames.Lost);
        Assert.Equal(step.CallerFrames.Sent, step.CallerFrames.Heard);
        Assert.Equal(0, step.AgentChunks.Lost);
        Assert.Equal(0, step.ClearsMissing);
        Assert.True(step.CallerFrames.Sent > 2 * 50 * 7, "two callers spoke through warm-up and window");
        Assert.True(step.AgentChunks.Heard > 2 * 25 * 5, "two agents spoke most of the time");
        Assert.True(step.CpuMsPerCallSecond > 0);
        Assert.NotNull(step.Gc);
        Assert.NotNull(step.AddedIn);
        Assert.NotNull(step.AddedOut);
        Assert.NotNull(step.InterruptedToClear);
    }
}
