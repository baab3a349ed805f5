using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.Tests.Audio;

/// <summary>The mean magnitude of telephone audio, against the sum anyone would write.</summary>
public sealed class LoudnessTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(159)]
    [InlineData(160)]
    [InlineData(161)]
    [InlineData(1_000)]
    public void It_is_the_mean_magnitude_of_the_decoded_samples_at_any_length(int length)
    {
        var mulaw = new byte[length];
        new Random(length).NextBytes(mulaw);
        var pcm = new short[length];
        MuLaw.Decode(mulaw, pcm);

        Assert.Equal((int)(pcm.Sum(sample => Math.Abs((long)sample)) / length), Loudness.Of(mulaw));
    }

    [Fact]
    public void Silence_has_none_and_full_scale_has_the_loudest_code()
    {
        Assert.Equal(0, Loudness.Of([]));
        Assert.Equal(0, Loudness.Of(Enumerable.Repeat((byte)0xFF, 160).ToArray()));
        Assert.Equal(32_124, Loudness.Of(Enumerable.Repeat((byte)0x00, 160).ToArray()));
        Assert.Equal(32_124, Loudness.Of(Enumerable.Repeat((byte)0x80, 160).ToArray()));
    }
}
