using PhoneAgent.Core.Calls;
using PhoneAgent.Tests.VirtualTime;
using Xunit.Abstractions;

namespace PhoneAgent.Tests.Relay;

/// <summary>What the relay believes the caller heard, against what the phone played, whenever the caller cuts in.</summary>
public sealed class HeardPositionTests(ITestOutputHelper output)
{
    private const int Calls = 50;
    private const int BargeInsPerCall = 20;

    [Fact]
    public void A_thousand_random_barge_ins_are_placed_within_60_ms_although_marks_come_late()
    {
        var errors = new List<double>();
        for (var seed = 0; seed < Calls; seed++)
        {
            var random = new Random(seed);
            VirtualClock.Run(time => CallAsync(time, random, errors));
        }

        Assert.Equal(Calls * BargeInsPerCall, errors.Count);
        output.WriteLine($"error of the heard position, ms: {errors.Min():0.0} to {errors.Max():0.0}, mean {errors.Average():0.0}");
        Assert.InRange(errors.Max(Math.Abs), 0, 60);
    }

    // Each call has its own network: a latency each way, and marks that are late by up to 80 ms, each differently.
    private static async Task CallAsync(VirtualClock time, Random random, List<double> errors)
    {
        var lateBy = random.Next(81);
        using var call = new VirtualCall(time, phoneLatency: TimeSpan.FromMilliseconds(random.Next(5, 81)));
        call.Phone.MarkDelay = () => TimeSpan.FromMilliseconds(random.NextDouble() * lateBy);
        await call.Phone.StartAsync();
        var line = call.Phone.KeepSilentAsync(TimeSpan.FromMinutes(10));
        await time.Pass(TimeSpan.FromSeconds(1));
        for (var i = 0; i < BargeInsPerCall; i++)
        {
            var (received, cleared, known) = (call.Phone.ReceivedMs, call.Phone.ClearedMs, call.Log.Events.OfType<AgentInterrupted>().Count());
            var length = 40 * random.Next(25, 150);
            var cut = TimeSpan.FromMilliseconds(300 + (random.NextDouble() * (length - 600)));
            await SpeakAsync(call, random, length, cut);
            await call.Gemini.SendAsync("""{"serverContent":{"interrupted":true,"turnComplete":true}}""");
            await time.Pass(TimeSpan.FromSeconds(2));
            var heardMs = Assert.Single(call.Log.Events.OfType<AgentInterrupted>().Skip(known)).HeardMs;
            errors.Add(heardMs - (call.Phone.ReceivedMs - received - (call.Phone.ClearedMs - cleared)));
        }

        await call.Phone.HangUpAsync();
        await call.EndAsync();
        await line;
    }

    // In one burst, or in pieces of which some come so late that the caller hears a hole.
    private static async Task SpeakAsync(VirtualCall call, Random random, int length, TimeSpan cut)
    {
        var until = call.Time.Elapsed + cut;
        if (random.Next(2) == 0)
        {
            await call.Gemini.SayAsync(length, "words");
        }
        else
        {
            for (var said = 0; said < length && call.Time.Elapsed < until; said += 400)
            {
                await call.Gemini.SayAsync(400, "words");
                var pause = TimeSpan.FromMilliseconds(random.Next(200, 700));
                await call.Time.Pass(pause < until - call.Time.Elapsed ? pause : until - call.Time.Elapsed);
            }
        }

        if (call.Time.Elapsed < until)
        {
            await call.Time.Pass(until - call.Time.Elapsed);
        }
    }
}
