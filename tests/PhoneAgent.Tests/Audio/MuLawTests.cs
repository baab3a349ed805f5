using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.Tests.Audio;

public sealed class MuLawTests
{
    private static byte[] AllCodes => [.. Enumerable.Range(0, 256).Select(code => (byte)code)];

    private static short[] AllSamples => [.. Enumerable.Range(short.MinValue, 65_536).Select(sample => (short)sample)];

    [Fact]
    public void The_table_of_the_tests_has_the_numbers_printed_in_the_standard()
    {
        Assert.Equal(129, ItuMuLawTable.DecisionValues.Length);
        Assert.Equal([0, 1, 3, 5], ItuMuLawTable.DecisionValues[..4]);
        Assert.Equal([31, 35], ItuMuLawTable.DecisionValues[16..18]);
        Assert.Equal([4063, 4319], ItuMuLawTable.DecisionValues[112..114]);
        Assert.Equal([7903, 8159], ItuMuLawTable.DecisionValues[127..]);
        int[] atSegmentStarts = [0, 33, 99, 231, 495, 1023, 2079, 4191];
        Assert.Equal(atSegmentStarts, Enumerable.Range(0, 8).Select(segment => ItuMuLawTable.QuantisedValues[16 * segment]));
        Assert.Equal(2, ItuMuLawTable.QuantisedValues[1]);
        Assert.Equal(8031, ItuMuLawTable.QuantisedValues[127]);
    }

    [Fact]
    public void Every_code_decodes_to_the_quantised_value_of_the_standard()
    {
        for (var interval = 0; interval < 128; interval++)
        {
            var value = ItuMuLawTable.Unit * ItuMuLawTable.QuantisedValues[interval];
            Assert.Equal(value, MuLaw.Decode(ItuMuLawTable.PositiveCode(interval)));
            Assert.Equal(-value, MuLaw.Decode(ItuMuLawTable.NegativeCode(interval)));
        }
    }

    [Fact]
    public void Every_sample_encodes_to_the_interval_it_lies_in_by_the_decision_values_of_the_standard()
    {
        foreach (var sample in AllSamples)
        {
            var magnitude = Math.Abs((int)sample);
            var interval = 127;
            while (magnitude < ItuMuLawTable.Unit * ItuMuLawTable.DecisionValues[interval])
            {
                interval--;
            }

            var expected = sample < 0 ? ItuMuLawTable.NegativeCode(interval) : ItuMuLawTable.PositiveCode(interval);
            Assert.Equal(expected, MuLaw.Encode(sample));
        }
    }

    [Fact]
    public void Every_sample_below_the_overload_level_comes_back_within_half_of_its_interval()
    {
        foreach (var sample in AllSamples)
        {
            var magnitude = Math.Min(Math.Abs((int)sample), (ItuMuLawTable.Unit * 8159) - 1);
            var interval = Array.FindIndex(ItuMuLawTable.DecisionValues, value => magnitude < ItuMuLawTable.Unit * value);
            var width = ItuMuLawTable.DecisionValues[interval] - ItuMuLawTable.DecisionValues[interval - 1];
            var error = Math.Abs(MuLaw.Decode(MuLaw.Encode(sample)) - (Math.Sign(sample) * magnitude));

            // The first interval, of one unit, is half of one of two around zero.
            Assert.InRange(error, 0, ItuMuLawTable.Unit * Math.Max(width, 2) / 2);
        }
    }

    [Fact]
    public void Every_code_survives_the_round_trip_but_negative_zero_which_becomes_positive_zero()
    {
        const byte negativeZero = 0x7F;
        foreach (var code in AllCodes)
        {
            Assert.Equal(code == negativeZero ? MuLaw.Silence : code, MuLaw.Encode(MuLaw.Decode(code)));
        }
    }

    [Fact]
    public void Both_zeros_decode_to_zero_and_silence_is_the_positive_one()
    {
        Assert.Equal(0, MuLaw.Decode(0x7F));
        Assert.Equal(0, MuLaw.Decode(0xFF));
        Assert.Equal(MuLaw.Silence, MuLaw.Encode(0));
    }

    [Fact]
    public void Spans_decode_as_single_codes_do()
    {
        var codes = AllCodes;
        var linear = new short[codes.Length];
        MuLaw.Decode(codes, linear);
        Assert.Equal(codes.Select(MuLaw.Decode), linear);
    }

    [Fact]
    public void Spans_encode_as_single_samples_do()
    {
        var samples = AllSamples;
        var codes = new byte[samples.Length];
        MuLaw.Encode(samples, codes);
        Assert.Equal(samples.Select(MuLaw.Encode), codes);
    }

    [Fact]
    public void Spans_of_any_length_are_converted_whole_and_not_beyond_their_end()
    {
        for (var length = 0; length <= 200; length++)
        {
            var samples = AllSamples[^length..];
            var codes = new byte[length + 40];
            Array.Fill(codes, (byte)0x55);
            MuLaw.Encode(samples, codes);
            Assert.Equal(samples.Select(MuLaw.Encode), codes[..length]);
            Assert.All(codes[length..], untouched => Assert.Equal(0x55, untouched));

            var linear = new short[length + 40];
            Array.Fill(linear, (short)0x5555);
            MuLaw.Decode(codes.AsSpan(0, length), linear);
            Assert.Equal(codes[..length].Select(MuLaw.Decode), linear[..length]);
            Assert.All(linear[length..], untouched => Assert.Equal(0x5555, untouched));
        }
    }

    [Fact]
    public void A_target_that_is_too_short_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("linear", () => MuLaw.Decode(new byte[3], new short[2]));
        Assert.Throws<ArgumentOutOfRangeException>("codes", () => MuLaw.Encode(new short[3], new byte[2]));
    }
}
