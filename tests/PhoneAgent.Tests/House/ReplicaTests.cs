using System.Globalization;
using PhoneAgent.Core.Calls;
using PhoneAgent.Simulator.Conversation;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Scripts;
using PhoneAgent.Simulator.Sound;
using Xunit.Abstractions;

namespace PhoneAgent.Tests.House;

/// <summary>Twenty calls and two relays, each a process of its own, behind a balancer: one relay is stopped, or killed.</summary>
[Collection(RealTimeCollection.Name)]
public sealed class ReplicaTests(ITestOutputHelper output) : IDisposable
{
    private const int Calls = 20;
    private const int FrameMs = 20;

    private static readonly ConversationScript Script = new([.. ConversationScript.Demo.Turns.Take(2)]);

    private static readonly Dictionary<string, short[]> Clips = Script.Turns.Where(turn => turn.Caller is not null)
        .ToDictionary(turn => turn.Caller!, turn => new SpeechClips().Say(turn.Caller!, Simulator.Sound.Speaker.Caller, 8_000));

    private readonly string _folder = Directory.CreateTempSubdirectory("replicas").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_relay_that_is_stopped_with_twenty_calls_drops_none_and_every_agent_goes_on()
    {
        var (calls, sessions, stopped) = await HoldAsync(drainSeconds: 4, replicas => replicas.TerminateAsync(0));
        Assert.Null(stopped);
        Assert.All(calls, call => Assert.Empty(call.Errors));
        var gaps = Report("SIGTERM", calls, sessions, IsCutByHandOver);
        AssertContext(sessions);
        Assert.InRange(gaps.P95, 0, 2_000);
    }

    [Fact]
    public async Task A_relay_that_is_killed_with_twenty_calls_gives_all_of_them_to_the_other()
    {
        var (calls, sessions, _) = await HoldAsync(drainSeconds: 4, replicas =>
        {
            replicas.Kill(0);
            return Task.FromResult<string?>(null);
        });
        var gaps = Report("SIGKILL", calls, sessions, IsHeardToTheEnd);
        AssertContext(sessions);
        Assert.InRange(gaps.Worst, 0, 3_000);
    }

    private async Task<(IReadOnlyList<CallResult> Calls, IReadOnlyList<GeminiSession> Sessions, string? Stopped)> HoldAsync(int drainSeconds, Func<Replicas, Task<string?>> misfortune)
    {
        var configuration = HouseConfiguration.FromEnvironment();
        configuration["Relay:DrainSeconds"] = drainSeconds.ToString(CultureInfo.InvariantCulture);
        configuration["Inbound:MaxConcurrentPerCaller"] = Calls.ToString(CultureInfo.InvariantCulture);
        var options = new SimulatedGeminiOptions { ApiKey = Guid.NewGuid().ToString("n"), Script = Script, KeepsSound = false };
        await using var house = await SimulatedHouse.OpenAsync(configuration, options, "file:" + _folder, replicas: 2);
        var patience = Patience.Token;
        using var phone = new SimulatedPhone(house.PhoneSettings());
        house.Replicas!.Only = 0;
        var calls = new List<Task<CallResult>>();
        for (var i = 0; i < Calls; i++)
        {
            calls.Add(phone.CallAsync(new PatientCaller(Script, Clips), cancellation: patience));
            await Task.Delay(400, patience); // so that they are at different words
        }

        await Task.Delay(TimeSpan.FromSeconds(5), patience);
        await UntilGreetedAsync(patience);

        Assert.Equal([Calls, 0], house.Replicas.Open);
        house.Replicas.Only = null;
        var stopped = misfortune(house.Replicas);
        var results = await Task.WhenAll(calls);
        Assert.NotEmpty(house.Gemini.Snapshots);
        Assert.All(house.Gemini.Snapshots, given => Assert.DoesNotContain(house.Replicas.Log, line => line.Contains(given.Handle, StringComparison.Ordinal)));
        return (results, house.Gemini.Sessions, await stopped);
    }

    // A relay that is killed leaves what it has logged by then: everybody's greeting, however slow the machine is.
    private async Task UntilGreetedAsync(CancellationToken patience)
    {
        var log = CallLogs.Open("file:" + _folder, TimeProvider.System);
        foreach (var call in Directory.EnumerateFiles(_folder, "CA*", SearchOption.AllDirectories).Select(file => CallSid.Parse(Path.GetFileName(file)[..34])).Distinct())
        {
            while (!(await log.ReadAsync(call, patience)).OfType<AgentSaid>().Any())
            {
                await Task.Delay(50, patience);
            }
        }
    }

    private (int P95, int Worst) Report(string what, IReadOnlyList<CallResult> calls, IReadOnlyList<GeminiSession> sessions, Func<CallResult, bool> isCut)
    {
        Assert.All(calls, call => Assert.Equal((CallEnding.CallerHungUp, null), (call.Ending, call.Complaint)));
        Assert.All(calls, call => Assert.Equal(2, call.Streams.Count));
        var gaps = calls.Select(call => GapMs(call, isCut(call))).Order().ToList();
        var (p95, worst) = (gaps[(int)(gaps.Count * 0.95) - 1], gaps[^1]);
        output.WriteLine($"{what}: {calls.Count} calls, {calls.Count(isCut)} in mid-sentence; gap p50 {gaps[gaps.Count / 2]} ms, p95 {p95} ms, worst {worst} ms; agents resumed by handle {sessions.Count(session => session.ResumedFrom is not null)}, told the conversation {sessions.Count(session => session.History.Count > 0)}");
        return (p95, worst);
    }

    // Every second session was given the state of the first, or what was said in it, down to the last heard words.
    private static void AssertContext(IReadOnlyList<GeminiSession> sessions)
    {
        Assert.Equal(2 * Calls, sessions.Count);
        foreach (var session in sessions.Skip(Calls).Where(session => session.ResumedFrom is null))
        {
            Assert.Contains(session.History[0].Text, Script.Turns[0].Agent, StringComparison.Ordinal);
            var told = Assert.Single(session.Texts.Take(1));
            if (session.History[^1] is { Role: "model" } last && !Script.Turns.Any(turn => turn.Agent == last.Text))
            {
                var line = Assert.Single(Script.Turns, turn => turn.Agent.StartsWith(last.Text, StringComparison.Ordinal)).Agent;
                Assert.Contains($"“{last.Text}”. Go on right after them.", told, StringComparison.Ordinal);
                Assert.Equal(line, $"{last.Text} {session.Lines[0].Text}"); // what the simulated Gemini made of it
            }
        }
    }

    // What the caller notices: silence within the agent's sentence, or else the time in which nobody would hear the caller.
    private static int GapMs(CallResult call, bool isCut)
    {
        var stream = call.Streams[0];
        if (!isCut)
        {
            return call.Streams[1].OpenedAtMs - stream.EndedAtMs;
        }

        var end = stream.EndedAtMs / FrameMs;
        var (last, next) = (end, end);
        while (!IsAudible(call, last))
        {
            last--;
        }

        while (!IsAudible(call, next))
        {
            next++;
        }

        return (next - last) * FrameMs;
    }

    private static bool IsAudible(CallResult call, int frame) => Loudness.IsAudible(call.CallerHeard.AsSpan(frame * FrameMs * 8, FrameMs * 8));

    // Whether the agent was heard up to the end of the first stream.
    private static bool IsHeardToTheEnd(CallResult call) =>
        Enumerable.Range((call.Streams[0].EndedAtMs / FrameMs) - 5, 5).Any(frame => IsAudible(call, frame));

    // Whether the relay says that there would have been more to hear.
    private bool IsCutByHandOver(CallResult call)
    {
        var facts = CallLogs.Open("file:" + _folder, TimeProvider.System).ReadAsync(CallSid.Parse(call.CallSid), default).GetAwaiter().GetResult();
        var before = facts.TakeWhile(fact => fact is not HandedOver).OfType<AgentSaid>().LastOrDefault();
        return before is { } said && said.HeardText != said.Text;
    }
}
