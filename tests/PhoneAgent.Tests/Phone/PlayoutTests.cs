using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Streams;

namespace PhoneAgent.Tests.Phone;

public sealed class PlayoutTests
{
    private readonly Playout _playout = new();

    [Fact]
    public void Silence_is_heard_where_nothing_is_buffered()
    {
        _playout.Advance(320);
        Assert.Equal(320, _playout.Position);
        Assert.All(_playout.Heard(), code => Assert.Equal(0xFF, code));
        Assert.Equal(0, _playout.PlayedBytes);
    }

    [Fact]
    public void Audio_is_played_from_the_sample_it_arrived_at_and_in_order()
    {
        _playout.Advance(100);
        _playout.Enqueue(Codes(1, 2, 3));
        _playout.Enqueue(Codes(4, 5));
        _playout.Advance(101);
        _playout.Advance(104);
        _playout.Advance(107);
        Assert.Equal([1, 2, 3, 4, 5, 0xFF, 0xFF], _playout.Heard()[100..]);
        Assert.Equal(5, _playout.PlayedBytes);
        Assert.Equal(0, _playout.BufferedBytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(160)]
    [InlineData(333)]
    public void Every_byte_is_heard_once_whatever_the_steps_of_time(int step)
    {
        var audio = Enumerable.Range(0, 1000).Select(n => (byte)(n % 251)).ToArray();
        foreach (var piece in audio.Chunk(97))
        {
            _playout.Enqueue(piece);
        }

        for (var position = 0; position < 1000; position += step)
        {
            _playout.Advance(position + step);
        }

        Assert.Equal(audio, _playout.Heard()[..1000]);
    }

    [Fact]
    public void A_mark_comes_back_when_the_last_byte_before_it_was_played_and_not_before()
    {
        _playout.Enqueue(Codes(1, 2, 3));
        Assert.Empty(_playout.Mark("a"));
        _playout.Enqueue(Codes(4));
        Assert.Empty(_playout.Mark("b"));
        Assert.Empty(_playout.Advance(2));
        Assert.Equal(["a"], _playout.Advance(3));
        Assert.Equal(["b"], _playout.Advance(4));
    }

    [Fact]
    public void A_mark_with_nothing_buffered_comes_back_at_once()
    {
        Assert.Equal(["a"], _playout.Mark("a"));
        _playout.Enqueue(Codes(1));
        _playout.Advance(1);
        Assert.Equal(["b"], _playout.Mark("b"));
    }

    [Fact]
    public void Clear_drops_what_is_buffered_and_gives_back_all_pending_marks()
    {
        _playout.Enqueue(Codes(1, 2, 3, 4));
        _playout.Mark("a");
        _playout.Enqueue(Codes(5, 6));
        _playout.Mark("b");
        _playout.Advance(1);
        Assert.Equal(["a", "b"], _playout.Clear());
        Assert.Equal(5, _playout.ClearedBytes);
        _playout.Enqueue(Codes(9));
        _playout.Advance(3);
        Assert.Equal([1, 9, 0xFF], _playout.Heard());
        Assert.Equal(["c"], _playout.Mark("c"));
    }

    [Fact]
    public void The_end_of_the_stream_cuts_off_what_is_buffered_and_forgets_its_marks()
    {
        _playout.Enqueue(Codes(1, 2));
        _playout.Mark("a");
        _playout.EndStream();
        Assert.Empty(_playout.Advance(10));
        Assert.Equal(2, _playout.CutOffBytes);
        Assert.Equal(0, _playout.PlayedBytes);
    }

    [Fact]
    public void A_hole_in_the_speech_is_noted_with_its_place_and_length()
    {
        _playout.Enqueue(new byte[800]);
        _playout.Advance(840);
        _playout.Enqueue(new byte[80]);
        _playout.Advance(920);
        Assert.Equal([new PlayoutGap(100, 5)], _playout.Gaps);
    }

    [Fact]
    public void Neither_a_seamless_continuation_nor_a_new_reply_nor_what_follows_a_clear_is_a_hole()
    {
        _playout.Enqueue(new byte[80]);
        _playout.Advance(80);
        _playout.Enqueue(new byte[80]); // seamless
        _playout.Advance(80 + 80 + (Playout.LongestGapMs * 8));
        _playout.Enqueue(new byte[80]); // a new reply
        _playout.Clear();
        _playout.Advance(_playout.Position + 80);
        _playout.Enqueue(new byte[80]); // after a clear
        Assert.Empty(_playout.Gaps);
    }

    [Fact]
    public void Audio_beyond_the_capacity_is_refused_as_a_whole_and_the_rest_is_played()
    {
        var small = new Playout(capacityBytes: 4);
        Assert.True(small.Enqueue(Codes(1, 2, 3)));
        Assert.False(small.Enqueue(Codes(4, 5)));
        Assert.True(small.Enqueue(Codes(6)));
        small.Advance(4);
        Assert.Equal([1, 2, 3, 6], small.Heard());
        Assert.Equal(2, small.OverflowBytes);
    }

    [Fact]
    public void Time_does_not_go_back()
    {
        _playout.Advance(10);
        _playout.Advance(5);
        Assert.Equal(10, _playout.Position);
    }

    private static byte[] Codes(params byte[] codes) => codes;
}
