using System.Globalization;
using PhoneAgent.Simulator.Gemini;
using Xunit.Abstractions;

namespace PhoneAgent.Tests.VirtualTime;

/// <summary>
/// A thousand calls with random faults at random moments, each made of its seed alone. They take all processors, so they run alone. One seed again, with what happened in it:
/// <c>CALL_SEED=17 dotnet test --filter SeededCallTests</c>.
/// </summary>
[Collection(nameof(SeededCallTests))]
[CollectionDefinition(nameof(SeededCallTests), DisableParallelization = true)]
public sealed class SeededCallTests(ITestOutputHelper output)
{
    private const int Calls = 1_000;

    // Calls whose caller hangs up just between two connections; many of them would mean that audio waits for no reason.
    private const int MostUnsent = 20;

    private int _unsent;

    private static readonly GeminiFaultKind[] Kinds =
    [
        GeminiFaultKind.GoAway, GeminiFaultKind.Close1011, GeminiFaultKind.Close1007OnResume, GeminiFaultKind.Drop, GeminiFaultKind.HalfOpen,
        GeminiFaultKind.Freeze, GeminiFaultKind.FreezeAfterInterrupt, GeminiFaultKind.SlowSetup, GeminiFaultKind.PhantomInterrupt,
    ];

    [Fact]
    public void A_thousand_calls_with_faults_lose_nothing_and_repeat_nothing()
    {
        if (Environment.GetEnvironmentVariable("CALL_SEED") is { } seed)
        {
            Play(int.Parse(seed, CultureInfo.InvariantCulture), output.WriteLine);
            return;
        }

        var failures = new List<string>();
        Parallel.For(1, Calls + 1, one =>
        {
            try
            {
                Play(one, told: null);
            }
            catch (Exception e)
            {
                lock (failures)
                {
                    failures.Add($"seed {one}: {e.Message}");
                }
            }
        });
        output.WriteLine($"{_unsent} of {Calls} callers hung up between two connections.");
        Assert.InRange(_unsent, 0, MostUnsent);
        Assert.True(failures.Count == 0, $"{failures.Count} of {Calls} calls:\n{string.Join('\n', failures.Order().Take(20))}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(42)]
    public void The_same_seed_leaves_the_same_trace(int seed) => Assert.Equal(Play(seed, told: null, traced: true), Play(seed, told: null, traced: true));

    private string Play(int seed, Action<string>? told, bool traced = false)
    {
        var random = new Random(seed);
        var faults = Faults(random);
        var options = new ScenarioOptions
        {
            Script = Scenario.Talk(tools: random.Next(2) == 0),
            Faults = faults,
            TellsConsumed = random.Next(4) > 0,
            ToolTakes = () => TimeSpan.FromMilliseconds(random.Next(50, 3_000)),
            Jitter = random.NextDouble,
            IsTraced = traced,
        };
        var hash = "";
        told?.Invoke($"{string.Join(", ", faults)}; Gemini tells what it consumed: {options.TellsConsumed}");
        Scenario? played = null;
        try
        {
            Scenario.Play(
                async call =>
                {
                    played = call;
                    await TalkAsync(call, random);
                    await call.HangUp();
                    hash = call.TraceHash();
                    CallInvariants.Check(call);
                    Interlocked.Add(ref _unsent, CallInvariants.UnsentMs(call) > 0 ? 1 : 0);
                },
                options);
        }
        finally
        {
            if (told is not null && played is not null)
            {
                Tell(played, told);
            }
        }

        return hash;
    }

    private static List<GeminiFault> Faults(Random random)
    {
        var faults = new List<GeminiFault>();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = TimeSpan.FromMilliseconds(random.Next(10) == 0 ? random.Next(500) : random.Next(16_000));
            faults.Add(new GeminiFault(Kinds[random.Next(Kinds.Length)], at));
            if (random.Next(3) == 0)
            {
                faults.Add(new GeminiFault(Kinds[random.Next(Kinds.Length)], at + TimeSpan.FromMilliseconds(random.Next(100, 2_000))));
            }
        }

        return faults;
    }

    // Four questions; one in five cuts into what the agent is saying.
    private static async Task TalkAsync(Scenario call, Random random)
    {
        Assert.True(await call.Caller.Hears(), "The greeting was never heard.");
        for (var question = 1; question <= 4; question++)
        {
            await call.Caller.Says($"question{question}", random.Next(600, 1_800) / 1_000.0);
            if (random.Next(5) == 0)
            {
                Assert.True(await call.Caller.HearsBeginning(), $"Wedged after question {question} at {call.Time.Elapsed}.");
                await call.Advance(random.Next(300, 1_500) / 1_000.0);
            }
            else
            {
                Assert.True(await call.Caller.Hears(), $"Wedged after question {question} at {call.Time.Elapsed}.");
                await call.Advance(random.Next(0, 800) / 1_000.0);
            }
        }

        await call.Advance(1);
    }

    private static void Tell(Scenario call, Action<string> told)
    {
        foreach (var one in call.Log.Events)
        {
            told(one.ToString());
        }

        foreach (var session in call.Sessions)
        {
            told($"session {session.Number}: from {session.ResumedFrom?.ToString() ?? "nothing"}, closed {session.Close?.Code} {session.Close?.Reason}, heard {session.SamplesHeard}, texts [{string.Join(" | ", session.Texts)}], history [{string.Join(" | ", session.History.Select(turn => turn.Text))}]");
            told($"  said [{string.Join(" | ", session.Lines.Select(line => $"{line.Text} {line.GeneratedMs} {line.State}"))}], utterances [{string.Join(" | ", session.Utterances)}]");
        }

        foreach (var (text, from, to) in call.Caller.Said)
        {
            told($"caller: {text} {from / 8_000.0:0.00}–{to / 8_000.0:0.00} s");
        }
    }
}
