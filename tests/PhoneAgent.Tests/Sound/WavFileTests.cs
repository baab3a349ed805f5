using PhoneAgent.Simulator.Sound;

namespace PhoneAgent.Tests.Sound;

public sealed class WavFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.wav");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_mono_file_written_is_read_back_exactly()
    {
        short[] samples = [0, 1, -1, 32767, -32768, 1234];
        WavFile.WriteMono(_path, samples, 16000);
        var read = WavFile.Read(_path);
        Assert.Equal(samples, read.Samples);
        Assert.Equal(16000, read.Rate);
    }

    [Fact]
    public void A_stereo_file_is_mixed_and_the_shorter_side_ends_in_silence()
    {
        WavFile.WriteStereo(_path, [100, 200, 300], [300, 400], 8000);
        Assert.Equal([200, 300, 150], WavFile.Read(_path).Samples);
    }

    [Fact]
    public void The_header_written_is_the_canonical_44_bytes()
    {
        WavFile.WriteStereo(_path, [1], [2], 8000);
        byte[] expected = WavBytes.File(WavBytes.Format(1, 2, 8000, 16), WavBytes.Chunk("data", [1, 0, 2, 0]));
        Assert.Equal(expected, File.ReadAllBytes(_path));
    }

    public static TheoryData<int, int, byte[], short> Codings => new()
    {
        { 1, 8, [0x80], 0 },
        { 1, 8, [0x00], -32768 },
        { 1, 8, [0xFF], 32512 },
        { 1, 16, [0x34, 0x12], 0x1234 },
        { 1, 24, [0x00, 0x34, 0x12], 0x1234 },
        { 1, 24, [0x00, 0x00, 0x80], -32768 },
        { 1, 24, [0xFF, 0xFF, 0x7F], 32767 },
        { 1, 32, [0x00, 0x00, 0x34, 0x12], 0x1234 },
        { 1, 32, [0xFF, 0xFF, 0xFF, 0x7F], 32767 },
        { 3, 32, BitConverter.GetBytes(0.5f), 16384 },
        { 3, 32, BitConverter.GetBytes(-2f), -32768 },
        { 3, 32, BitConverter.GetBytes(float.NaN), 0 },
        { 6, 8, [0xD5], 8 },
        { 6, 8, [0xAA], 32256 },
        { 7, 8, [0xFF], 0 },
        { 7, 8, [0x80], 32124 },
        { 7, 8, [0x00], -32124 },
    };

    [Theory]
    [MemberData(nameof(Codings))]
    public void Each_coding_means_what_its_standard_says(int tag, int bits, byte[] sample, short expected)
    {
        var plain = WavBytes.File(WavBytes.Format(tag, 1, 8000, bits), WavBytes.Chunk("data", sample));
        var extensible = WavBytes.File(WavBytes.ExtensibleFormat(tag, 1, 8000, bits), WavBytes.Chunk("data", sample));
        Assert.Equal([expected], WavFile.Parse(plain, "plain").Samples);
        Assert.Equal([expected], WavFile.Parse(extensible, "extensible").Samples);
    }

    [Fact]
    public void Its_mu_law_is_the_relays_mu_law_although_written_apart()
    {
        for (var code = 0; code < 256; code++)
        {
            Assert.Equal(PhoneAgent.MediaRelay.Audio.MuLaw.Decode((byte)code), G711.FromMuLaw((byte)code));
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0xFFFFFFFFu)]
    [InlineData(1000u)]
    public void A_size_that_a_streaming_tool_could_not_know_means_to_the_end(uint size)
    {
        var file = WavBytes.File(WavBytes.Format(1, 1, 8000, 16), WavBytes.Chunk("data", WavBytes.Samples16(1, 2, 3), size));
        Assert.Equal([1, 2, 3], WavFile.Parse(file, "streamed").Samples);
    }

    [Fact]
    public void Odd_order_and_padded_foreign_chunks_are_read()
    {
        var file = WavBytes.File(
            WavBytes.Chunk("LIST", [1, 2, 3]),
            WavBytes.Chunk("data", WavBytes.Samples16(7, 8)),
            WavBytes.Chunk("junk", [9]),
            WavBytes.Format(1, 1, 44100, 16));
        var read = WavFile.Parse(file, "odd");
        Assert.Equal([7, 8], read.Samples);
        Assert.Equal(44100, read.Rate);
    }

    [Fact]
    public void A_file_cut_in_the_middle_of_a_frame_gives_what_is_whole()
    {
        var file = WavBytes.File(WavBytes.Format(1, 2, 8000, 16), WavBytes.Chunk("data", WavBytes.Samples16(10, 20, 30, 50)));
        Assert.Equal([15], WavFile.Parse(file.AsSpan(0, file.Length - 1), "cut").Samples);
    }

    [Fact]
    public void An_honestly_empty_data_chunk_is_empty_even_before_other_chunks()
    {
        var file = WavBytes.File(WavBytes.Format(1, 1, 8000, 16), WavBytes.Chunk("data", []), WavBytes.Chunk("LIST", new byte[40]));
        Assert.Empty(WavFile.Parse(file, "empty").Samples);
    }

    public static TheoryData<string, byte[], string> NoWavs => new()
    {
        { "empty", [], "begin with RIFF" },
        { "text", "Hello, this is no sound at all."u8.ToArray(), "begin with RIFF" },
        { "mp3", [0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0], "begin with RIFF" },
        { "header only", WavBytes.File(), "no format chunk" },
        { "no data", WavBytes.File(WavBytes.Format(1, 1, 8000, 16)), "no sound" },
        { "short format", WavBytes.File(WavBytes.Chunk("fmt ", [1, 0]), WavBytes.Chunk("data", [0, 0])), "cut short" },
        { "adpcm", WavBytes.File(WavBytes.Format(2, 1, 8000, 4), WavBytes.Chunk("data", [0, 0])), "format 2 with 4 bits" },
        { "no channel", WavBytes.File(WavBytes.Format(1, 0, 8000, 16), WavBytes.Chunk("data", [0, 0])), "0 channels" },
        { "no rate", WavBytes.File(WavBytes.Format(1, 1, 0, 16), WavBytes.Chunk("data", [0, 0])), "0 samples per second" },
    };

    [Theory]
    [MemberData(nameof(NoWavs))]
    public void What_is_no_wav_is_refused_with_one_clear_line(string name, byte[] file, string says)
    {
        var message = Assert.Throws<NotAWavException>(() => WavFile.Parse(file, name)).Message;
        Assert.StartsWith(name + ": ", message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Every_prefix_of_a_file_is_read_or_refused_and_nothing_else()
    {
        var file = WavBytes.File(WavBytes.ExtensibleFormat(1, 2, 48000, 24), WavBytes.Chunk("data", new byte[60]));
        for (var length = 0; length < file.Length; length++)
        {
            var cut = file[..length];
            if (Record.Exception(() => WavFile.Parse(cut, "prefix")) is { } exception)
            {
                Assert.IsType<NotAWavException>(exception);
            }
        }
    }
}
