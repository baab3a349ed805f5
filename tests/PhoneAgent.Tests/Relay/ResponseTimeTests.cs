using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.Tests.Relay;

/// <summary>How long the caller waits for an answer, and what it is measured from.</summary>
public sealed class ResponseTimeTests
{
    [Fact]
    public void A_turn_is_timed_from_the_callers_last_sound_to_its_first_audio() => VirtualClock.Run(async time =>
    {
        using var call = new VirtualCall(time);
        await call.Phone.StartAsync();
        await call.Phone.KeepSilentAsync(TimeSpan.FromSeconds(1));
        await call.Gemini.SayAsync(400, "Hello, who is there?");
        await call.Gemini.CompleteTurnAsync();
        await call.Phone.KeepSilentAsync(TimeSpan.FromSeconds(1));
        await call.Phone.SpeakAsync(TimeSpan.FromSeconds(1));
        var silent = call.Phone.KeepSilentAsync(TimeSpan.FromSeconds(4));
        await call.Gemini.SendAsync("""{"serverContent":{"inputTranscription":{"text":"It is me."}}}""");
        await time.Pass(TimeSpan.FromMilliseconds(800));
        var answered = time.Elapsed;
        await call.Gemini.SayAsync(400, "Hello you.");
        await call.Gemini.CompleteTurnAsync();
        await time.Pass(TimeSpan.FromSeconds(1));
        await call.Gemini.SayAsync(400, "Anything else?");
        await call.Gemini.CompleteTurnAsync();
        await silent;
        await call.Phone.HangUpAsync();
        await call.EndAsync();

        var turns = call.Log.Events.OfType<AgentSaid>().ToList();
        Assert.Equal([null, 820, null], turns.Select(turn => turn.ResponseMs)); // 800 ms, and the caller's last frame left 20 ms before
        Assert.Equal(answered + VirtualCall.Latency, turns[1].Since - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.True(Assert.Single(call.Log.Events.OfType<CallerSaid>()).Since < turns[1].Since);
    });

    [Fact]
    public void Speech_stands_out_of_the_lines_noise()
    {
        var speech = new CallerSpeech();
        var frame = 0;
        Hear(0, 50);
        Assert.Null(speech.LastSoundAt);
        Hear(4_000, 2); // a click
        Hear(10, 10);
        Assert.Null(speech.LastSoundAt);
        Hear(4_000, 25);
        var ended = speech.LastSoundAt;
        Assert.Equal(At(frame - 1), ended);
        Hear(150, 500);
        Assert.Equal(ended, speech.LastSoundAt);

        Hear(600, 1_500); // a car is entered: noise at first, until it is known as such
        var known = speech.LastSoundAt;
        Assert.InRange(known!.Value, At(frame - 1_500), At(frame - 1_000));
        Hear(600, 500);
        Assert.Equal(known, speech.LastSoundAt);
        Hear(6_000, 20);
        Assert.Equal(At(frame - 1), speech.LastSoundAt);

        void Hear(int level, int frames)
        {
            for (var i = 0; i < frames; i++)
            {
                speech.Heard(level, At(frame++));
            }
        }

        static TimeSpan At(int frame) => TimeSpan.FromMilliseconds(20 * frame);
    }

    [Fact]
    public void A_level_is_the_mean_magnitude()
    {
        Assert.Equal(0, Loudness.Of([]));
        Assert.Equal(0, Loudness.Of(Enumerable.Repeat(MuLaw.Silence, 160).ToArray()));
        Assert.Equal(1_000, Loudness.Of(Enumerable.Range(0, 1_024).Select(i => MuLaw.Encode((short)(i % 2 == 0 ? 1_000 : -1_000))).ToArray()), 20.0);
    }
}
