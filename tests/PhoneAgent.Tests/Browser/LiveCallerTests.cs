using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Softphone;

namespace PhoneAgent.Tests.Browser;

/// <summary>The softphone's voice on the simulated line, frame by frame.</summary>
public sealed class LiveCallerTests
{
    private const byte Loud = 0x90;

    private readonly LiveCaller _caller = new();
    private readonly byte[] _frame = new byte[LineFrames.Bytes];

    [Fact]
    public void Eighty_milliseconds_are_gathered_before_anything_is_played()
    {
        Say(3, Loud);
        Assert.Equal(LineFrames.Silence, Next());
        Say(1, Loud);
        Assert.Equal([Loud, Loud, Loud, Loud, LineFrames.Silence], [Next(), Next(), Next(), Next(), Next()]);
    }

    [Fact]
    public void What_came_in_a_lump_is_caught_up_with_in_a_pause_and_no_word_is_lost()
    {
        Say(20, Loud);
        Say(20, LineFrames.Silence);
        Say(5, Loud);
        var said = Enumerable.Range(0, 45).Select(_ => Next()).ToList();
        Assert.Equal(25, said.Count(one => one == Loud));
        Assert.True(said.LastIndexOf(Loud) < 30, "The pause was shortened.");
    }

    [Fact]
    public void More_than_a_second_is_dropped()
    {
        Say(200, Loud);
        Assert.Equal(50, Enumerable.Range(0, 200).Count(_ => Next() == Loud));
    }

    [Fact]
    public void A_noisy_line_is_heard_and_a_lossy_one_has_holes()
    {
        _caller.Noisy = true;
        Next();
        var pcm = new short[LineFrames.Bytes];
        MuLaw.Decode(_frame, pcm);
        Assert.InRange(pcm.Average(sample => Math.Abs((double)sample)), 300, 800);

        _caller.Noisy = false;
        _caller.Lossy = true;
        var kept = 0;
        for (var i = 0; i < 1_000; i++)
        {
            Say(i == 0 ? 5 : 1, Loud);
            kept += Next() == Loud ? 1 : 0;
        }

        Assert.InRange(kept, 700, 900);
    }

    [Fact]
    public void Keys_are_pressed_one_a_frame_and_the_stream_is_lost_once()
    {
        _caller.Press('1');
        _caller.Press('#');
        _caller.LoseStream();
        var first = _caller.NextFrame(Moment(), _frame);
        var second = _caller.NextFrame(Moment(), _frame);
        Assert.Equal(('1', true, '#', false), (first.Digit, first.LosesStream, second.Digit, second.LosesStream));
        _caller.HangUp();
        Assert.True(_caller.NextFrame(Moment(), _frame).HangsUp);
    }

    private void Say(int frames, byte code)
    {
        for (var i = 0; i < frames; i++)
        {
            _caller.Say([.. Enumerable.Repeat(code, LineFrames.Bytes)]);
        }
    }

    private byte Next()
    {
        _frame.AsSpan().Fill(LineFrames.Silence);
        _caller.NextFrame(Moment(), _frame);
        return _frame[0];
    }

    private static CallMoment Moment() => new()
    {
        Frame = 0,
        Connected = true,
        AgentSpeaks = false,
        AgentBegun = 0,
        AgentFinished = 0,
        AgentWasCut = false,
        AgentBeganAt = 0,
        AgentAudibleUntil = 0,
        Heard = default,
    };
}
