using PhoneAgent.Simulator.Sound;

namespace PhoneAgent.Tests.Sound;

public sealed class UtterancesTests
{
    [Theory]
    [InlineData(8000, -6)]
    [InlineData(44100, -6)]
    [InlineData(16000, -40)]
    public void A_recording_falls_apart_at_its_silences(int rate, double peakDbfs)
    {
        short[] sound =
        [
            .. TestTone.Silence(rate, 0.5), .. TestTone.Sine(300, rate, 1, peakDbfs), .. TestTone.Silence(rate, 0.3),
            .. TestTone.Sine(300, rate, 1, peakDbfs), .. TestTone.Silence(rate, 0.6), .. TestTone.Sine(300, rate, 0.5, peakDbfs),
        ];
        var found = Utterances.Find(sound, rate);
        Assert.Equal(2, found.Count);
        Assert.Equal([420, 3320], found.Select(u => Math.Round(u.Start * 1000.0 / rate / 20) * 20));
        Assert.Equal(2460, found[0].Length * 1000.0 / rate, tolerance: 25);
        Assert.Equal(sound.Length, found[1].Start + found[1].Length, tolerance: rate / 90);
    }

    [Fact]
    public void Noise_far_below_the_voice_does_not_glue_utterances_together()
    {
        var random = new Random(1);
        short[] sound = [.. TestTone.Sine(300, 8000, 1), .. TestTone.Silence(8000, 1), .. TestTone.Sine(300, 8000, 1)];
        short[] noisy = [.. sound.Select(s => (short)(s + random.Next(-200, 201)))];
        Assert.Equal(2, Utterances.Find(noisy, 8000).Count);
    }

    [Fact]
    public void Silence_and_faint_noise_hold_no_utterance()
    {
        var random = new Random(1);
        Assert.Empty(Utterances.Find([], 8000));
        Assert.Empty(Utterances.Find(TestTone.Silence(8000, 2), 8000));
        Assert.Empty(Utterances.Find([.. Enumerable.Range(0, 16000).Select(_ => (short)random.Next(-30, 31))], 8000));
    }
}
