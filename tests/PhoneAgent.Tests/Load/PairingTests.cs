using System.Runtime.InteropServices;
using System.Text;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.Simulator.Load;

namespace PhoneAgent.Tests.Load;

/// <summary>What the load writes into sound must come through the relay's own companding and resampling.</summary>
public class PairingTests
{
    private const int FrameBytes = 160;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(239)]
    [InlineData(2730)]
    [InlineData(CallerSignal.MaxCalls - 1)]
    public void A_session_finds_its_call_by_the_caller_s_first_frames_and_hears_every_frame(int call)
    {
        var check = new CallerCheck();

        Hear(check, Frames(call, 400), 320);

        Assert.Equal(call, check.Call);
        Assert.Equal(400, check.Complete);
        Assert.Equal(0, check.Lost);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(77)]
    [InlineData(961)]
    [InlineData(1600)]
    public void It_does_not_matter_how_the_audio_is_cut(int samples)
    {
        var check = new CallerCheck();

        Hear(check, Frames(17, 60), samples);

        Assert.Equal(17, check.Call);
        Assert.Equal(60, check.Complete);
        Assert.Equal(0, check.Lost);
    }

    [Fact]
    public void Frames_that_are_left_out_are_counted()
    {
        var check = new CallerCheck();
        var frames = Frames(5, 100);
        frames.RemoveRange(50, 3);

        Hear(check, frames, 320);

        Assert.Equal(3, check.Lost);
        Assert.Equal(100, check.Complete);
    }

    [Fact]
    public void Frames_of_silence_are_lost_ones()
    {
        var check = new CallerCheck();
        var frames = Frames(5, 100);
        frames[60].AsSpan().Fill(0xFF);

        Hear(check, frames, 320);

        Assert.Equal(1, check.Lost);
        Assert.Equal(100, check.Complete);
    }

    [Fact]
    public void A_session_that_hears_another_call_from_some_frame_on_reports_losses()
    {
        var check = new CallerCheck();

        Hear(check, [.. Frames(5, 50), .. Frames(6, 100)[50..]], 320);

        Assert.NotEqual(0, check.Lost);
    }

    [Fact]
    public void Audio_that_spells_no_number_is_foreign()
    {
        var check = new CallerCheck();

        Hear(check, Frames(5, 100)[20..], 320);

        Assert.Null(check.Call);
        Assert.True(check.Foreign);
    }

    [Fact]
    public void The_phone_hears_every_piece_of_an_utterance()
    {
        var meter = new StepMeter();
        var speech = new AgentSpeech(3, meter);
        speech.Begin();

        Say(speech, Enumerable.Range(0, AgentSpeech.Chunks).Select(_ => speech.Sending(0)));

        Assert.True(speech.Settled);
        Assert.Equal(AgentSpeech.Chunks, meter.ChunksHeard);
        Assert.Equal(0, meter.ChunksLost);
    }

    [Fact]
    public void Pieces_of_an_utterance_that_are_left_out_are_counted()
    {
        var meter = new StepMeter();
        var speech = new AgentSpeech(3, meter);
        speech.Begin();

        Say(speech, Enumerable.Range(0, AgentSpeech.Chunks).Select(_ => speech.Sending(0)).Where((_, chunk) => chunk is not (20 or 21 or 99)));
        speech.CountMissing();

        Assert.Equal(3, meter.ChunksLost);
    }

    private static List<byte[]> Frames(int call, int count) =>
    [
        .. Enumerable.Range(0, count).Select(frame => Enumerable.Repeat(Levels.MuLaw(CallerSignal.Level(call, frame)), FrameBytes).ToArray()),
    ];

    private static void Hear(CallerCheck check, List<byte[]> frames, int samples)
    {
        var pcm8k = new short[frames.Count * FrameBytes];
        MuLaw.Decode([.. frames.SelectMany(frame => frame)], pcm8k);
        var pcm16k = new short[2 * pcm8k.Length];
        new Upsampler8To16().Process(pcm8k, pcm16k);
        foreach (var piece in pcm16k.Chunk(samples))
        {
            check.Append(Base64Audio.Pcm16(Base64(MemoryMarshal.AsBytes(piece.AsSpan()))));
        }
    }

    private static void Say(AgentSpeech speech, IEnumerable<int> levels)
    {
        const int samples24k = 960;
        short[] pcm24k = [.. levels.SelectMany(level => Enumerable.Repeat(Levels.Amplitude(level), samples24k))];
        var pcm8k = new short[pcm24k.Length / 3];
        new Downsampler24To8().Process(pcm24k, pcm8k);
        var mulaw = new byte[pcm8k.Length];
        MuLaw.Encode(pcm8k, mulaw);
        foreach (var piece in mulaw.Chunk(500))
        {
            speech.Heard(Base64Audio.MuLaw(Base64(piece)), 0);
        }
    }

    private static byte[] Base64(ReadOnlySpan<byte> bytes) => Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes));
}
