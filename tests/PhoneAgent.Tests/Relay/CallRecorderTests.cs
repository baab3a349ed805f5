using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.Tests.Relay;

/// <summary>What is kept of a call's sound: left the caller, right the agent as it was heard.</summary>
public sealed class CallRecorderTests
{
    private const string Nonce = "0123456789abcdef0123456789abcdef";

    private static readonly AgentProfile Recorded = new() { Instructions = "x", Greeting = null, IdleSeconds = 0, Recording = new RecordingRules { Enabled = true, Consent = "This call is recorded." } };

    [Fact]
    public void The_caller_is_left_and_the_agent_right_where_each_was_heard() => Record(Recorded, async (call, store) =>
    {
        await call.Phone.KeepSilentAsync(Seconds(2));
        await call.Phone.SpeakAsync(Seconds(2)); // 2 to 4 s
        var rest = call.Phone.KeepSilentAsync(Seconds(8));
        await call.Time.Pass(Seconds(1));
        await SayAsync(call, 3_000); // 5 to 8 s, in one burst
        await call.Gemini.CompleteTurnAsync();
        await rest;
        await call.Phone.HangUpAsync();
        await call.EndAsync();

        var (left, right) = Channels(store.Recorded[1]);
        Assert.Equal(12.0, left.Length / 8_000.0, 0.2);
        AssertSound(left, 2.0, 4.0);
        AssertSound(right, 5.05, 8.05);
    });

    [Fact]
    public void What_the_caller_cut_off_is_not_in_it() => Record(Recorded, async (call, store) =>
    {
        var rest = call.Phone.KeepSilentAsync(Seconds(10));
        await call.Time.Pass(Seconds(1));
        await SayAsync(call, 6_000);
        await call.Time.Pass(Seconds(2));
        await call.Gemini.SendAsync("""{"serverContent":{"interrupted":true,"turnComplete":true}}""");
        await rest;
        await call.Phone.HangUpAsync();
        await call.EndAsync();
        AssertSound(Channels(store.Recorded[1]).Right, 1.05, 3.05);
    });

    [Fact]
    public void A_crash_keeps_all_but_the_last_seconds() => Record(Recorded, async (call, store) =>
    {
        var line = call.Phone.SpeakAsync(Seconds(32));
        await call.Time.Pass(Seconds(31));
        Assert.InRange(store.Recorded[1].Count / 16_000.0, 25, 31);
        Assert.InRange(store.Blocks, 5, 6);
        await line;
        await call.Phone.HangUpAsync();
        await call.EndAsync();
        Assert.Equal(32, store.Recorded[1].Count / 16_000.0, 0.2);
    });

    [Theory]
    [InlineData(15, 40)]
    [InlineData(60, 60)]
    public void While_the_store_is_away_half_a_minute_is_kept_and_the_call_goes_on(int away, int length) => Record(Recorded, async (call, store) =>
    {
        store.Away = true;
        var line = call.Phone.SpeakAsync(Seconds(length));
        await call.Time.Pass(Seconds(away));
        store.Away = false;
        await line;
        await call.Phone.HangUpAsync();
        await call.EndAsync();
        var kept = store.Recorded[1].Count / 16_000.0;
        Assert.InRange(kept, away == 15 ? 39.8 : 28, away == 15 ? 40.2 : 36);
        Assert.Equal(call.Phone.Frames * 20, call.End.Figures.CallerMsToGemini);
    });

    [Fact]
    public void A_recording_that_was_removed_does_not_come_back() => Record(Recorded, async (call, store) =>
    {
        var line = call.Phone.SpeakAsync(Seconds(30));
        await call.Time.Pass(Seconds(12));
        store.Recorded.Clear();
        await line;
        await call.Phone.HangUpAsync();
        Assert.Equal(EndReason.CallerHungUp, (await call.EndAsync()).Reason);
        Assert.Empty(store.Recorded);
    });

    [Fact]
    public void A_call_that_was_removed_before_its_first_block_is_not_recorded() => Record(Recorded, async (call, store) =>
    {
        var line = call.Phone.SpeakAsync(Seconds(12));
        await call.Time.Pass(Seconds(3));
        call.Log.Events.Clear();
        call.Log.Events.Add(new CallRemoved { At = call.Time.GetUtcNow() });
        await line;
        await call.Phone.HangUpAsync();
        Assert.Equal(EndReason.CallerHungUp, (await call.EndAsync()).Reason);
        Assert.Empty(store.Recorded);
    });

    [Fact]
    public void Nobody_is_recorded_who_was_not_told()
    {
        var untold = Recorded with { Recording = new RecordingRules { Enabled = true } };
        var off = Recorded with { Recording = new RecordingRules { Consent = "This call is recorded." } };
        foreach (var profile in new[] { untold, off })
        {
            Record(profile, async (call, store) =>
            {
                await call.Phone.SpeakAsync(Seconds(12));
                await call.Phone.HangUpAsync();
                await call.EndAsync();
                Assert.Empty(store.Recorded);
            });
        }

        // Another agent than the one whose sentence was spoken, and a call of which the log knows no sentence.
        foreach (var offered in new[] { "other", null })
        {
            Record(Recorded with { Name = "default" }, async (call, store) =>
            {
                await call.Phone.SpeakAsync(Seconds(12));
                await call.Phone.HangUpAsync();
                await call.EndAsync();
                Assert.Empty(store.Recorded);
            }, offered, second: off with { Name = "other" });
        }
    }

    // A tone, so that silence and sound can be told apart.
    private static async Task SayAsync(VirtualCall call, int milliseconds)
    {
        var pcm = new byte[40 * 48];
        for (var i = 0; i < pcm.Length / 2; i++)
        {
            BitConverter.TryWriteBytes(pcm.AsSpan(i * 2), (short)(8_000 * Math.Sin(2 * Math.PI * 400 * i / 24_000)));
        }

        for (var ms = 0; ms < milliseconds; ms += 40)
        {
            await call.Gemini.SendAsync($$$$"""{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm;rate=24000","data":"{{{{Convert.ToBase64String(pcm)}}}}"}}]}}}""");
        }
    }

    private static void AssertSound(byte[] channel, double from, double to)
    {
        var loud = Enumerable.Range(0, channel.Length / 160).Where(frame => channel.AsSpan(frame * 160, 160).ToArray().Average(code => Math.Abs((int)MuLaw.Decode(code))) > 500).ToList();
        Assert.Equal(from, loud[0] / 50.0, 0.06);
        Assert.Equal(to, (loud[^1] + 1) / 50.0, 0.06);
        Assert.InRange(loud.Count, (to - from) * 50 * 0.97, (to - from) * 50 * 1.03); // without a hole
    }

    private static (byte[] Left, byte[] Right) Channels(List<byte> stereo) =>
        ([.. stereo.Where((_, i) => i % 2 == 0)], [.. stereo.Where((_, i) => i % 2 == 1)]);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static void Record(AgentProfile profile, Func<VirtualCall, MemoryRecordingStore, Task> scenario, string? offered = "default", AgentProfile? second = null) => VirtualClock.Run(async time =>
    {
        var store = new MemoryRecordingStore();
        var log = new MemoryCallLog();
        if (offered is not null)
        {
            log.Events.Add(new StreamOffered(1, Nonce, time.GetUtcNow().AddMinutes(2), offered) { At = time.GetUtcNow() });
        }

        using var call = new VirtualCall(time, log: log, nonce: Nonce, profile: profile, second: second, recordings: store);
        await call.Phone.StartAsync();
        await scenario(call, store);
    });
}
