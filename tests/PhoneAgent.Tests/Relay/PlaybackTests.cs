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
    public void What_was_heard_follows_the_clock_and_the_marks_correct_it()
    {
        _playback.Append(new byte[8_000]);
        SendAllAt(0);

        Assert.Equal(200 * 8, _playback.HeardTo(Ms(200)));

        // Twilio's mark for the first 100 ms comes 50 ms later than the clock would have it.
        _playback.Marked(100 * 8, Ms(150));
        Assert.Equal(150 * 8, _playback.HeardTo(Ms(200)));
        Assert.Equal(400 * 8, _playback.HeardTo(Ms(5_000)));
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
