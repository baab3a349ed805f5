using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.Tests.Audio;

public sealed class Downsampler24To8Tests
{
    // The filter rings for 36 output samples; fits begin after that, on whole periods of multiples of 100 Hz.
    private const int Skip = 80;
    private const double Seconds = 0.21;

    private static IEnumerable<double> PassbandHz => Enumerable.Range(3, 32).Select(n => 100.0 * n);

    private static IEnumerable<double> StopbandHz => Enumerable.Range(0, 69).Select(n => 4200 + (100.0 * n));

    [Fact]
    public void Downsampling_keeps_the_passband_flat_within_a_tenth_of_a_decibel()
    {
        Assert.All(PassbandHz, hz => Assert.InRange(Through(hz).LevelDb, -0.1, 0.1));
    }

    [Fact]
    public void Downsampling_leaves_the_aliases_of_the_stopband_80_decibels_below()
    {
        Assert.All(StopbandHz, hz =>
        {
            var input = Tone.Sine(hz, 24_000, Seconds);
            var alias = Tone.Rms(Downsample(input).AsSpan(Skip)) / Tone.Rms(input);
            Assert.InRange(Tone.Db(alias), -300, -80);
        });
    }

    [Theory]
    [InlineData(440)]
    [InlineData(1000)]
    [InlineData(3000)]
    public void Downsampling_adds_distortion_and_noise_80_decibels_below_a_tone(double hz)
    {
        Assert.InRange(Through(hz).SignalToResidualDb, 80, 120);
    }

    [Fact]
    public void Downsampling_delays_every_frequency_by_the_same_and_less_than_three_milliseconds()
    {
        Assert.All(PassbandHz, hz =>
        {
            // The group delay is the slope of the phase. An output sample comes with the third sample of its triple,
            // two samples of 24 kHz after the one the fit takes as its time.
            var turn = Math.IEEERemainder(Through(hz).Phase - Through(hz + 10).Phase, 2 * Math.PI);
            Assert.Equal(53.5 / 24_000, (turn / (2 * Math.PI * 10)) + (2.0 / 24_000), 1e-5);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Downsampling_gives_the_same_samples_however_the_stream_is_cut(int seed)
    {
        var input = Noise.White(seed, 30_000);
        var downsampler = new Downsampler24To8();
        var cut = new short[input.Length / 3];
        var (read, written) = (0, 0);
        foreach (var chunk in Noise.Chunks(seed, input.Length))
        {
            var expected = downsampler.OutputLength(chunk);
            Assert.Equal(expected, downsampler.Process(input.AsSpan(read, chunk), cut.AsSpan(written, expected)));
            read += chunk;
            written += expected;
            Assert.Equal(read / 3, written);
        }

        Assert.Equal(Downsample(input), cut);
    }

    [Fact]
    public void Downsampling_single_samples_gives_the_same_samples_as_downsampling_all_at_once()
    {
        var input = Noise.White(4, 1000);
        var downsampler = new Downsampler24To8();
        var single = new List<short>();
        var one = new short[1];
        foreach (var sample in input)
        {
            if (downsampler.Process([sample], one) == 1)
            {
                single.Add(one[0]);
            }
        }

        Assert.Equal(Downsample(input), single);
    }

    [Fact]
    public void Downsampling_with_vectors_and_one_sample_at_a_time_agree_to_the_last_bit()
    {
        var input = Noise.White(5, 10_001);
        var reference = new short[input.Length / 3];
        new Downsampler24To8().ProcessScalar(input, reference);
        Assert.Equal(reference, Downsample(input));
    }

    [Fact]
    public void Vector_and_scalar_downsampling_can_take_turns_on_one_stream()
    {
        var input = Noise.White(6, 10_000);
        var downsampler = new Downsampler24To8();
        var mixed = new short[input.Length / 3];
        var (read, written) = (0, 0);
        foreach (var chunk in Noise.Chunks(6, input.Length))
        {
            var from = input.AsSpan(read, chunk);
            var to = mixed.AsSpan(written);
            written += chunk % 2 == 0 ? downsampler.Process(from, to) : downsampler.ProcessScalar(from, to);
            read += chunk;
        }

        Assert.Equal(Downsample(input), mixed);
    }

    [Fact]
    public void An_hour_at_24_kHz_becomes_exactly_an_hour_at_8_kHz()
    {
        const int hour = 3600 * 24_000;
        var second = Tone.Sine(1000, 24_000, 1);
        var downsampler = new Downsampler24To8();
        var output = new short[8001];
        var written = 0;

        // Two hours' worth of chunks that are one sample short and one sample long in turn: 23,999 and 24,001.
        for (var at = 0; at < hour; at += 2 * second.Length)
        {
            written += downsampler.Process(second.AsSpan(0, second.Length - 1), output);
            written += downsampler.Process([second[^1], .. second], output);
        }

        Assert.Equal(hour / 3, written);

        // Still in phase with the tone after an hour: no sample was lost or doubled on the way.
        Assert.Equal(Through(1000).Phase, Tone.Fit(output.AsSpan(1, 8000), 1000, 8000, 0).Phase, 1e-3);
    }

    [Fact]
    public void Full_scale_square_waves_are_clipped_and_not_wrapped()
    {
        foreach (var half in (int[])[75, 111, 240])
        {
            var input = Enumerable.Range(0, 12_000).Select(n => n / half % 2 == 0 ? short.MaxValue : short.MinValue).ToArray();
            var output = Downsample(input);
            Assert.Equal(short.MaxValue, output.Max());
            Assert.Equal(short.MinValue, output.Min());

            // Output m has its centre between the input samples 3m − 52 and 3m − 51; edges take three samples either side.
            for (var m = 30; m < output.Length; m++)
            {
                var (before, after) = (input[(3 * m) - 54], input[(3 * m) - 49]);
                if (before == after)
                {
                    Assert.True(Math.Sign(output[m]) == Math.Sign(before), $"wrapped at {m} with half periods of {half}");
                }
            }
        }
    }

    [Fact]
    public void The_loudest_input_there_is_saturates()
    {
        // Each of the three impulses shows one third of the response; its own signs, time reversed, are the loudest input.
        var response = new short[108];
        for (var phase = 0; phase < 3; phase++)
        {
            var impulse = new short[108];
            impulse[phase] = short.MaxValue;
            var output = Downsample(impulse);
            for (var m = 0; m < output.Length; m++)
            {
                response[(3 * m) + 2 - phase] = output[m];
            }
        }

        var loudest = Enumerable.Range(0, 108).Select(n => response[107 - n] > 0 ? short.MaxValue : short.MinValue).ToArray();
        Assert.Equal(short.MaxValue, Downsample(loudest)[35]);
        Assert.Equal(short.MinValue, Downsample([.. loudest.Select(sample => (short)~sample)])[35]);
    }

    [Fact]
    public void Resetting_forgets_the_audio_before_and_the_place_in_the_triple()
    {
        var downsampler = new Downsampler24To8();
        downsampler.Process(Noise.White(7, 1001), new short[334]);
        downsampler.Reset();
        var input = Noise.White(8, 999);
        var output = new short[333];
        Assert.Equal(333, downsampler.Process(input, output));
        Assert.Equal(Downsample(input), output);
    }

    [Fact]
    public void Downsamplers_share_no_state()
    {
        var input = Noise.White(9, 1920);
        var (one, other) = (new Downsampler24To8(), new Downsampler24To8());
        var output = new short[input.Length / 3];
        for (var at = 0; at < input.Length; at += 480)
        {
            one.Process(input.AsSpan(at, 480), output.AsSpan(at / 3));
            other.Process(Noise.White(at, 481), new short[161]);
        }

        Assert.Equal(Downsample(input), output);
    }

    [Fact]
    public void Downsampling_allocates_nothing()
    {
        var downsampler = new Downsampler24To8();
        var (input, output) = (new short[961], new short[321]);
        downsampler.Process(input, output);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var chunk = 0; chunk < 100; chunk++)
        {
            downsampler.Process(input, output);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Arguments_that_do_not_fit_are_refused_and_change_nothing()
    {
        var downsampler = new Downsampler24To8();
        var shared = new short[300];
        Array.Fill(shared, (short)1000);
        Assert.Throws<ArgumentException>("pcm8k", () => downsampler.Process(shared.AsSpan(0, 9), new short[2]));
        Assert.Throws<ArgumentException>("pcm8k", () => downsampler.Process(shared.AsSpan(0, 100), shared.AsSpan(99)));
        Assert.Throws<ArgumentOutOfRangeException>("inputLength", () => downsampler.OutputLength(-1));
        var output = new short[100];
        Assert.Equal(100, downsampler.Process(new short[300], output));
        Assert.All(output, sample => Assert.Equal(0, sample));
    }

    [Fact]
    public void The_output_length_is_right_for_the_longest_input_there_can_be()
    {
        var downsampler = new Downsampler24To8();
        downsampler.Process([1, 2], []);
        Assert.Equal((int)(((long)int.MaxValue + 2) / 3), downsampler.OutputLength(int.MaxValue));
    }

    private static Tone Through(double hz) => Tone.Fit(Downsample(Tone.Sine(hz, 24_000, Seconds)), hz, 8000, Skip);

    private static short[] Downsample(short[] pcm24k)
    {
        var pcm8k = new short[pcm24k.Length / 3];
        Assert.Equal(pcm8k.Length, new Downsampler24To8().Process(pcm24k, pcm8k));
        return pcm8k;
    }
}
