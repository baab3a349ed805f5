using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.Simulator.Conversation;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Phone;
using Xunit.Abstractions;

namespace PhoneAgent.Tests.House;

/// <summary>The demo call through the whole house in real time, alone on the machine: how fast everything is, is measured.</summary>
[Collection(RealTimeCollection.Name)]
public sealed class DemoCallTests(ITestOutputHelper output) : IDisposable
{
    private const int FrameBytes = 160;

    private readonly string _folder = Directory.CreateTempSubdirectory("demo-call").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_demo_call_goes_as_scripted_without_losing_a_frame()
    {
        var run = new ConversationRun(CallerLines.From(recording: null, script: null), HouseConfiguration.FromEnvironment(), "file:" + _folder);

        var outcome = await run.RunAsync(CancellationToken.None);

        var summary = outcome.Summary;
        Tell(summary);
        Assert.True(summary.Problem is null, summary.Problem);
        Assert.True(summary.Ok);
        Assert.Equal(5, summary.Turns.Count);
        Assert.All(summary.Turns, turn => Assert.InRange(turn.ResponseMs!.Value, 0, 3_000));
        Assert.Equal(summary.CallerFramesSent, summary.CallerFramesHeard);
        Assert.Equal(summary.CallerFramesSent * 320, outcome.HeardByGemini.Length);
        Assert.Single(summary.Interruptions);

        // The last sentence before the transfer was heard to its last sample, and nothing else was cut off but by the interruption.
        Assert.Equal(0, outcome.Call.AgentMsCutOff);
        Assert.Equal("Transfer", (string?)summary.Record!["end"]!["reason"]);
        Assert.Equal(["find_order Succeeded", "transfer_call Succeeded"], summary.Record["tools"]!.AsArray().Select(tool => $"{tool!["name"]} {tool["outcome"]}"));
        var transfer = Assert.Single(summary.Record["transfers"]!.AsArray())!;
        Assert.Equal(("rosa", "completed"), ((string?)transfer["target"], (string?)transfer["outcome"]));
        Assert.InRange(SilentAfterBargeInMs(outcome.Call), 0, 150);
    }

    // What is needed to understand a failure: who spoke when, what Gemini heard, and what the relay noted.
    private void Tell(CallSummary summary)
    {
        output.WriteLine((summary with { Record = null }).ToJson());
        foreach (var told in (string[])["transcript", "interruptions", "sessions", "tools", "attempts"])
        {
            output.WriteLine($"{told}: {summary.Record?[told]?.ToJsonString()}");
        }
    }

    // From the first loud frame of the caller that overlaps the agent to the agent's last loud frame, as in conversation.wav.
    private static int SilentAfterBargeInMs(CallResult call)
    {
        var frames = call.CallerSaid.Length / FrameBytes;
        var bargeIn = Enumerable.Range(5, frames - 5).First(frame => IsLoud(call.CallerSaid, frame) && Enumerable.Range(frame - 5, 5).Any(before => IsLoud(call.CallerHeard, before)));
        var last = Enumerable.Range(bargeIn, 50).Last(frame => frame == bargeIn || IsLoud(call.CallerHeard, frame));
        return (last + 1 - bargeIn) * 20;
    }

    private static bool IsLoud(byte[] mulaw, int frame)
    {
        var sum = 0.0;
        foreach (var code in mulaw.AsSpan(frame * FrameBytes, FrameBytes))
        {
            var sample = MuLaw.Decode(code);
            sum += (double)sample * sample;
        }

        return Math.Sqrt(sum / FrameBytes) > 200;
    }
}
