using PhoneAgent.Simulator.Sound;

namespace PhoneAgent.Tests.Sound;

public sealed class SpeechDetectorTests
{
    [Theory]
    [InlineData(8000, 160)]
    [InlineData(16000, 320)]
    [InlineData(24000, 77)]
    [InlineData(11025, 1)]
    public void Speech_begins_and_ends_where_it_does_whatever_the_rate_and_the_pieces(int rate, int piece)
    {
        short[] sound = [.. TestTone.Silence(rate, 1), .. TestTone.Sine(400, rate, 0.5), .. TestTone.Silence(rate, 1)];
        var events = InPieces(new SpeechDetector(rate, -50, 100, 500), sound, piece);
        Assert.Equal([SpeechEventKind.Started, SpeechEventKind.Ended], events.Select(e => e.Kind));
        Assert.Equal(1000, Ms(events[0].At, rate), tolerance: 11);
        Assert.Equal(1100, Ms(events[0].NoticedAt, rate), tolerance: 21);
        Assert.Equal(1500, Ms(events[1].At, rate), tolerance: 11);
        Assert.Equal(2000, Ms(events[1].NoticedAt, rate), tolerance: 31);
    }

    [Fact]
    public void A_click_is_no_speech()
    {
        short[] sound = [.. TestTone.Silence(16000, 0.3), .. TestTone.Sine(400, 16000, 0.05), .. TestTone.Silence(16000, 1)];
        Assert.Empty(new SpeechDetector(16000, -50, 100, 500).Hear(sound));
    }

    [Fact]
    public void Clicks_far_apart_do_not_add_up()
    {
        short[] click = [.. TestTone.Sine(400, 16000, 0.05), .. TestTone.Silence(16000, 0.2)];
        short[] sound = [.. Enumerable.Repeat(click, 10).SelectMany(c => c)];
        Assert.Empty(new SpeechDetector(16000, -50, 100, 500).Hear(sound));
    }

    [Fact]
    public void A_pause_shorter_than_the_hang_over_does_not_end_speech()
    {
        short[] sound =
        [
            .. TestTone.Sine(400, 16000, 0.3), .. TestTone.Silence(16000, 0.45),
            .. TestTone.Sine(400, 16000, 0.3), .. TestTone.Silence(16000, 0.6),
        ];
        Assert.Equal(2, new SpeechDetector(16000, -50, 100, 500).Hear(sound).Count);
    }

    [Theory]
    [InlineData(-47, 2)]
    [InlineData(-55, 0)]
    public void The_threshold_is_a_level_against_full_scale(double dbfsRms, int events)
    {
        short[] sound = [.. TestTone.Sine(400, 16000, 0.5, dbfsRms + 3), .. TestTone.Silence(16000, 1)];
        Assert.Equal(events, new SpeechDetector(16000, -50, 100, 500).Hear(sound).Count);
    }

    [Fact]
    public void The_end_of_the_stream_ends_speech_where_it_was_last_loud()
    {
        var detector = new SpeechDetector(16000, -50, 100, 500);
        detector.Hear([.. TestTone.Sine(400, 16000, 0.5), .. TestTone.Silence(16000, 0.2)]);
        Assert.True(detector.Speaking);
        var ended = Assert.Single(detector.End());
        Assert.Equal(500, Ms(ended.At, 16000), tolerance: 11);
        Assert.False(detector.Speaking);
        Assert.Empty(detector.End());
    }

    private static double Ms(long samples, int rate) => samples * 1000.0 / rate;

    private static List<SpeechEvent> InPieces(SpeechDetector detector, short[] sound, int piece) =>
        [.. sound.Chunk(piece).SelectMany(samples => detector.Hear(samples).ToArray())];
}
