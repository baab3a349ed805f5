using PhoneAgent.MediaRelay.Calls;

namespace PhoneAgent.Tests.Relay;

public sealed class PlaybackTests : IDisposable
{
    private readonly Playback _playback = new();
    private readonly byte[] _message = new byte[Playback.MaxMessageBytes];

    public void Dispose() => _playback.Dispose();

    [Fact]
    public void At_most_the_lead_is_sent_ahead_of_the_callers_ear()
    {
        _playback.Append(new byte[8_000]);

        Assert.Equal(400, SendAllAt(0));
        Assert.Equal(0, SendAllAt(99));
        Assert.Equal(100, SendAllAt(100));
        Assert.Equal(300, SendAllAt(400));
    }

    [Fact]
    public void Everything_is_sent_once_and_in_order()
    {
        var audio = new byte[20_011];
        new Random(1).NextBytes(audio);
        _playback.Append(audio);
        var sent = new List<byte>();

        for (var ms = 0; ms < 4_000; ms += 20)
        {
            int length;
            while ((length = _playback.Take(Ms(ms), agentPaused: true, _message)) > 0)
            {
                sent.AddRange(_message[..length]);
            }
        }

        Assert.Equal(audio, sent);
    }

    [Fact]
    public void A_rest_shorter_than_a_frame_waits_for_more_unless_the_agent_pauses()
    {
        _playback.Append(new byte[100]);

        Assert.Equal(0, _playback.Take(Ms(0), agentPaused: false, _message));
        Assert.Equal(100, _playback.Take(Ms(0), agentPaused: true, _message));
    }

    [Fact]
    public void What_was_heard_follows_the_clock_whatever_the_networks_round_trip_is()
    {
        _playback.Append(new byte[16_000]);
        for (var ms = 0; ms <= 1_600; ms += 100)
        {
            SendAllAt(ms);
            _playback.MarkSent();
            _playback.Marked((ms - 200) * 8, Ms(ms)); // each mark comes 200 ms after its audio was over by the clock
            Assert.Equal(ms * 8, _playback.HeardTo(Ms(ms)));
        }

        Assert.Equal(2_000 * 8, _playback.HeardTo(Ms(5_000)));
    }

    [Fact]
    public void When_Twilio_plays_late_the_clock_follows_and_when_only_marks_were_late_it_comes_back()
    {
        _playback.Append(new byte[64_000]);
        var marks = new List<(double DueMs, long Position)>();
        var known = 0.0;
        for (var ms = 0; ms < 6_000; ms += 10)
        {
            if (ms % 100 == 0)
            {
                SendAllAt(ms);
                var position = _playback.MarkSent();
                var late = position / 8 is >= 2_000 and < 4_000 ? 150 : 50; // from the moment the clock would have it
                marks.Add((Math.Max(known, (position / 8) + late), position));
                known = marks[^1].DueMs;
            }

            foreach (var (_, position) in marks.Where(mark => mark.DueMs == ms).ToList())
            {
                _playback.Marked(position, Ms(ms));
            }

            var behind = ms - (_playback.HeardTo(Ms(ms)) / 8.0);
            Assert.InRange(behind, 0, 60); // a hundred late, forty of it left uncorrected
            Assert.Equal(ms is > 2_700 and < 4_000 ? 60 : ms is < 2_500 or > 4_500 ? 0 : behind, behind);
        }
    }

    [Fact]
    public void A_mark_that_comes_back_before_its_audio_can_have_been_played_moves_nothing()
    {
        _playback.Append(new byte[80_000]);
        for (var ms = 0; ms < 4_000; ms += 100)
        {
            SendAllAt(ms);
            var position = _playback.MarkSent();
            _playback.Marked(position, Ms(ms));
            Assert.Equal(position, _playback.HeardTo(Ms(ms))); // it says so
        }

        Assert.Equal(Ms(4_300), _playback.PlayedOutAt);
    }

    [Fact]
    public void Clear_freezes_what_was_heard_and_forgets_the_rest()
    {
        _playback.Append(new byte[8_000]);
        SendAllAt(0);

        Assert.Equal(250 * 8, _playback.Clear(Ms(250)));

        Assert.Equal(0, SendAllAt(250));
        Assert.Equal(_playback.Appended, _playback.Sent);
    }

    [Fact]
    public void Marks_flushed_by_clear_say_nothing_and_those_after_it_do()
    {
        _playback.Append(new byte[8_000]);
        SendAllAt(0);
        _playback.Clear(Ms(50));
        _playback.Append(new byte[1_600]);
        SendAllAt(60);

        _playback.Marked(400 * 8, Ms(70));
        Assert.Equal(8_000 + (40 * 8), _playback.HeardTo(Ms(100)));

        _playback.Marked(8_000 + 800, Ms(100));
        Assert.Equal(8_000 + 800, _playback.HeardTo(Ms(100)));
    }

    [Theory]
    [InlineData(4_000)]
    [InlineData(long.MaxValue)]
    [InlineData(0)]
    public void A_mark_that_was_never_sent_changes_nothing(long position)
    {
        _playback.Append(new byte[8_000]);
        SendAllAt(0);

        _playback.Marked(position, Ms(10));

        Assert.Equal(10 * 8, _playback.HeardTo(Ms(10)));
    }

    private static TimeSpan Ms(double ms) => TimeSpan.FromMilliseconds(ms);

    private int SendAllAt(double ms)
    {
        var sent = 0;
        int length;
        while ((length = _playback.Take(Ms(ms), agentPaused: true, _message)) > 0)
        {
            sent += length;
        }

        return sent / 8;
    }
}
