using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.Tests.Audio;

public sealed class Upsampler8To16Tests
{
    // The filter rings for 71 samples; fits begin after that, on whole periods of multiples of 100 Hz.
    private const int Skip = 160;
    private const double Seconds = 0.21;

    private static IEnumerable<double> PassbandHz => Enumerable.Range(3, 32).Select(n => 100.0 * n);

    [Fact]
    public void Upsampling_keeps_the_passband_flat_within_a_tenth_of_a_decibel()
    {
        Assert.All(PassbandHz, hz => Assert.InRange(Through(hz).LevelDb, -0.1, 0.1));
    }

    [Fact]
    public void Upsampling_leaves_the_images_of_the_passband_80_decibels_below()
    {
        Assert.All(PassbandHz, hz => Assert.InRange(Tone.Fit(Upsample(Tone.Sine(hz, 8000, Seconds)), 8000 - hz, 16_000, Skip).LevelDb, -200, -80));
    }

    [Theory]
    [InlineData(440)]
    [InlineData(1000)]
    [InlineData(3000)]
    public void Upsampling_adds_distortion_and_noise_80_decibels_below_a_tone(double hz)
    {
        Assert.InRange(Through(hz).SignalToResidualDb, 80, 120);
    }

    [Fact]
    public void Upsampling_delays_every_frequency_by_the_same_and_less_than_three_milliseconds()
    {
        Assert.All(PassbandHz, hz =>
        {
            // The group delay is the slope of the phase; a sine starts with phase 0.
            var turn = Math.IEEERemainder(Through(hz).Phase - Through(hz + 10).Phase, 2 * Math.PI);
            Assert.Equal(35.0 / 16_000, turn / (2 * Math.PI * 10), 1e-5);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Upsampling_gives_the_same_samples_however_the_stream_is_cut(int seed)
    {
        var input = Noise.White(seed, 20_000);
        var whole = Upsample(input);

        var upsampler = new Upsampler8To16();
        var cut = new short[2 * input.Length];
        var at = 0;
        foreach (var chunk in Noise.Chunks(seed, input.Length))
        {
            upsampler.Process(input.AsSpan(at, chunk), cut.AsSpan(2 * at, 2 * chunk));
            at += chunk;
        }

        Assert.Equal(whole, cut);
    }

    [Fact]
    public void Upsampling_single_samples_gives_the_same_samples_as_upsampling_all_at_once()
    {
        var input = Noise.White(4, 500);
        var upsampler = new Upsampler8To16();
        var single = new short[2 * input.Length];
        for (var n = 0; n < input.Length; n++)
        {
            upsampler.Process(input.AsSpan(n, 1), single.AsSpan(2 * n, 2));
        }

        Assert.Equal(Upsample(input), single);
    }

    [Fact]
    public void Upsampling_with_vectors_and_one_sample_at_a_time_agree_to_the_last_bit()
    {
        var input = Noise.White(5, 5000);
        var reference = new short[2 * input.Length];
        new Upsampler8To16().ProcessScalar(input, reference);
        Assert.Equal(reference, Upsample(input));
    }

    [Fact]
    public void Vector_and_scalar_upsampling_can_take_turns_on_one_stream()
    {
        var input = Noise.White(6, 5000);
        var upsampler = new Upsampler8To16();
        var mixed = new short[2 * input.Length];
        var at = 0;
        foreach (var chunk in Noise.Chunks(6, input.Length))
        {
            if (chunk % 2 == 0)
            {
                upsampler.Process(input.AsSpan(at, chunk), mixed.AsSpan(2 * at));
            }
            else
            {
                upsampler.ProcessScalar(input.AsSpan(at, chunk), mixed.AsSpan(2 * at));
            }

            at += chunk;
        }

        Assert.Equal(Upsample(input), mixed);
    }

    [Fact]
    public void An_hour_at_8_kHz_becomes_exactly_an_hour_at_16_kHz()
    {
        const int hour = 3600 * 8000;
        var second = Tone.Sine(1000, 8000, 1);
        var upsampler = new Upsampler8To16();
        var output = new short[16_000 + 100];
        for (var at = 0; at < hour; at += second.Length)
        {
            Array.Fill(output, short.MinValue);
            upsampler.Process(second, output);
            Assert.Equal(16_000, output.AsSpan().IndexOf(short.MinValue));
        }

        // Still in phase with the tone after an hour: no sample was lost or doubled on the way.
        Assert.Equal(Through(1000).Phase, Tone.Fit(output.AsSpan(0, 16_000), 1000, 16_000, 0).Phase, 1e-3);
    }

    [Fact]
    public void Full_scale_square_waves_are_clipped_and_not_wrapped()
    {
        foreach (var half in (int[])[20, 37, 80])
        {
            var input = Enumerable.Range(0, 4000).Select(n => n / half % 2 == 0 ? short.MaxValue : short.MinValue).ToArray();
            var output = Upsample(input);
            Assert.Equal(short.MaxValue, output.Max());
            Assert.Equal(short.MinValue, output.Min());
            for (var n = 0; n < input.Length - 18; n++)
            {
                // The second sample of a pair is the input sample 17 before; the first lies between it and the one before.
                Assert.Equal(input[n], output[(2 * (n + 17)) + 1]);
                if (n > 0 && input[n] == input[n - 1])
                {
                    Assert.True(Math.Sign(output[2 * (n + 17)]) == Math.Sign(input[n]), $"wrapped at {n} with half periods of {half}");
                }
            }
        }
    }

    [Fact]
    public void The_loudest_input_there_is_saturates()
    {
        // The impulse response's own signs, time reversed, add up to 2.4 times full scale.
        var impulse = new short[36];
        impulse[0] = short.MaxValue;
        var response = Upsample(impulse);
        var loudest = Enumerable.Range(0, 36).Select(n => response[2 * (35 - n)] > 0 ? short.MaxValue : short.MinValue).ToArray();
        Assert.Equal(short.MaxValue, Upsample(loudest)[70]);
        Assert.Equal(short.MinValue, Upsample([.. loudest.Select(sample => (short)~sample)])[70]);
    }

    [Fact]
    public void Resetting_forgets_the_audio_before()
    {
        var upsampler = new Upsampler8To16();
        upsampler.Process(Noise.White(7, 1001), new short[2002]);
        upsampler.Reset();
        var input = Noise.White(8, 333);
        var output = new short[666];
        upsampler.Process(input, output);
        Assert.Equal(Upsample(input), output);
    }

    [Fact]
    public void Upsamplers_share_no_state()
    {
        var input = Noise.White(9, 640);
        var (one, other) = (new Upsampler8To16(), new Upsampler8To16());
        var output = new short[2 * input.Length];
        for (var at = 0; at < input.Length; at += 160)
        {
            one.Process(input.AsSpan(at, 160), output.AsSpan(2 * at));
            other.Process(Noise.White(at, 160), new short[320]);
        }

        Assert.Equal(Upsample(input), output);
    }

    [Fact]
    public void Upsampling_allocates_nothing()
    {
        var upsampler = new Upsampler8To16();
        var (input, output) = (new short[160], new short[320]);
        upsampler.Process(input, output);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var frame = 0; frame < 100; frame++)
        {
            upsampler.Process(input, output);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Arguments_that_do_not_fit_are_refused_and_change_nothing()
    {
        var upsampler = new Upsampler8To16();
        var shared = new short[300];
        Array.Fill(shared, (short)1000);
        Assert.Throws<ArgumentException>("pcm16k", () => upsampler.Process(shared.AsSpan(0, 3), new short[5]));
        Assert.Throws<ArgumentException>("pcm16k", () => upsampler.Process(shared.AsSpan(0, 100), shared.AsSpan(99)));
        var output = new short[200];
        upsampler.Process(new short[100], output);
        Assert.All(output, sample => Assert.Equal(0, sample));
    }

    private static Tone Through(double hz) => Tone.Fit(Upsample(Tone.Sine(hz, 8000, Seconds)), hz, 16_000, Skip);

    private static short[] Upsample(short[] pcm8k)
    {
        var pcm16k = new short[2 * pcm8k.Length];
        new Upsampler8To16().Process(pcm8k, pcm16k);
        return pcm16k;
    }
}
