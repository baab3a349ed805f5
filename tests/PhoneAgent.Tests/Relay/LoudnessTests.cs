using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.Tests.Relay;

/// <summary>The coarse picture of both sides' sound that goes to the call log.</summary>
public sealed class LoudnessTests
{
    private static readonly DateTimeOffset Began = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_loudest_of_each_fifth_of_a_second_counts()
    {
        var track = new LoudnessTrack(Began);
        track.CallerSounds(Ms(0), 100);
        track.CallerSounds(Ms(210), 128);
        track.CallerSounds(Ms(390), 20_000);
        track.CallerSounds(Ms(500), 3_000);
        track.AgentSounds(Ms(450), 405);
        var fact = track.Take(Ms(650), evenLittle: true)!;
        Assert.Equal(("096", "003", Began), (fact.Caller, fact.Agent, fact.Since));
    }

    [Fact]
    public void Ten_seconds_make_a_fact_and_the_next_goes_on_where_it_ended()
    {
        var track = new LoudnessTrack(Began);
        track.CallerSounds(Ms(9_900), 20_000);
        track.CallerSounds(Ms(10_100), 800);
        Assert.Null(track.Take(Ms(9_999), evenLittle: false));
        Assert.Equal(new string('0', 49) + "9", track.Take(Ms(10_000), evenLittle: false)!.Caller);
        var next = track.Take(Ms(10_200), evenLittle: true)!;
        Assert.Equal(("4", Began + Ms(10_000)), (next.Caller, next.Since));
        Assert.Null(track.Take(Ms(10_300), evenLittle: true));
    }

    [Fact]
    public void What_nobody_takes_for_minutes_is_lost_and_later_sound_is_not()
    {
        var track = new LoudnessTrack(Began);
        track.CallerSounds(Ms(500_000), 20_000);
        Assert.Equal(2_048, track.Take(Ms(600_000), evenLittle: false)!.Caller.Length);
        track.CallerSounds(Ms(600_050), 20_000);
        Assert.Equal("9", track.Take(Ms(600_200), evenLittle: true)!.Caller);
    }

    [Fact]
    public void A_call_tells_when_each_side_was_heard_and_what_was_cut_off_is_silence()
    {
        IReadOnlyList<CallEvent> log = [];
        VirtualClock.Run(async time =>
        {
            using var call = new VirtualCall(time);
            await call.Phone.StartAsync();
            var speaking = call.Phone.SpeakAsync(Ms(25_000));
            await time.Pass(Ms(2_000));
            await call.Gemini.SendAsync(VirtualSpeech.Loud(4_000));
            await time.Pass(Ms(1_000));
            await call.Gemini.SendAsync("""{"serverContent":{"interrupted":true}}""");
            await speaking;
            await call.Phone.HangUpAsync();
            await call.EndAsync();
            log = call.Log.Events;
        });

        var record = CallRecord.From(CallSid.Parse(VirtualPhone.CallSid), log);
        Assert.InRange(record.Loudness.Count, 1, 3);
        var agent = string.Concat(record.Loudness.Select(part => part.Agent));
        Assert.InRange(agent.Length, 122, 126);
        Assert.InRange(agent.IndexOfAnyExcept('0'), 9, 11);
        Assert.InRange(agent.Count(level => level > '0'), 4, 6);
        Assert.DoesNotContain('0', string.Concat(record.Loudness.Select(part => part.Caller))[1..^1]);
    }

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static class VirtualSpeech
    {
        /// <summary>One message with so much square wave.</summary>
        public static string Loud(int milliseconds)
        {
            var pcm = new short[milliseconds * 24];
            for (var i = 0; i < pcm.Length; i++)
            {
                pcm[i] = (short)(i / 12 % 2 == 0 ? 8_000 : -8_000);
            }

            var data = Convert.ToBase64String(System.Runtime.InteropServices.MemoryMarshal.AsBytes(pcm.AsSpan()));
            return $$$$"""{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm;rate=24000","data":"{{{{data}}}}"}}]}}}""";
        }
    }
}
