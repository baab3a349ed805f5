using PhoneAgent.MediaRelay.Sockets;
using static PhoneAgent.MediaRelay.Sockets.WebSocketFrame;

namespace PhoneAgent.Tests.Relay.Sockets;

public sealed class WebSocketFrameTests
{
    private const uint Key = 0xC43B9A5E; // 5E 9A 3B C4 on the wire

    [Theory]
    [InlineData(0, 2)]
    [InlineData(125, 2)]
    [InlineData(126, 4)]
    [InlineData(65_535, 4)]
    [InlineData(65_536, 10)]
    public void A_header_is_written_in_its_shortest_form_and_read_again(int payload, int length)
    {
        var header = new byte[MaxHeaderBytes];

        Assert.Equal(length, WriteHeader(header, Opcode.Text, payload, null));
        Assert.True(TryReadHeader(header.AsSpan(0, length), out var read));
        Assert.Equal(new Header(length, Opcode.Text, true, false, (ulong)payload, null), read);

        Assert.Equal(length + 4, WriteHeader(header, Opcode.Binary, payload, Key));
        Assert.True(TryReadHeader(header.AsSpan(0, length + 4), out read));
        Assert.Equal(new Header(length + 4, Opcode.Binary, true, false, (ulong)payload, Key), read);
        for (var part = 0; part < length + 4; part++)
        {
            Assert.False(TryReadHeader(header.AsSpan(0, part), out _), $"{part} of {length + 4} bytes");
        }
    }

    [Fact]
    public void The_frames_of_the_specification_s_examples_come_out_byte_for_byte()
    {
        // RFC 6455, section 5.7: "Hello" unmasked and masked.
        var frame = new byte[MaxHeaderBytes + 5];
        var header = WriteHeader(frame, Opcode.Text, 5, null);
        "Hello"u8.CopyTo(frame.AsSpan(header));
        Assert.Equal("81-05-48-65-6C-6C-6F", BitConverter.ToString(frame, 0, header + 5));

        header = WriteHeader(frame, Opcode.Text, 5, 0x3D21FA37);
        Mask("Hello"u8, 0x3D21FA37, frame.AsSpan(header));
        Assert.Equal("81-85-37-FA-21-3D-7F-9F-4D-51-58", BitConverter.ToString(frame, 0, header + 5));
    }

    [Fact]
    public void Masking_in_pieces_of_any_length_is_masking_at_once()
    {
        var random = new Random(7);
        var payload = new byte[1_000];
        random.NextBytes(payload);
        var keyBytes = new byte[] { 0x5E, 0x9A, 0x3B, 0xC4 };
        var expected = payload.Select((value, i) => (byte)(value ^ keyBytes[i % 4])).ToArray();

        for (var run = 0; run < 200; run++)
        {
            var masked = new byte[payload.Length];
            var key = Key;
            for (var at = 0; at < payload.Length;)
            {
                var length = Math.Min(random.Next(1, 90), payload.Length - at);
                Mask(payload.AsSpan(at, length), key, masked.AsSpan(at));
                key = After(key, length);
                at += length;
            }

            Assert.Equal(expected, masked);
        }
    }
}
