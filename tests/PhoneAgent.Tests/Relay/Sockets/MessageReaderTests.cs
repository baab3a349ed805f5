using System.Text;
using PhoneAgent.MediaRelay.Sockets;
using static PhoneAgent.Tests.Relay.Sockets.Frames;

namespace PhoneAgent.Tests.Relay.Sockets;

public sealed class MessageReaderTests
{
    private const int Largest = 10_000;

    private static readonly byte[] Key = [0x11, 0x80, 0xFE, 0x07];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Messages_come_out_the_same_however_the_network_cuts_them(bool masked)
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var (bytes, said) = Conversation(random, masked ? Key : null);
            using var reader = new MessageReader(masked, Largest);

            Assert.Equal(said, Hear(reader, bytes, random));
        }
    }

    [Fact]
    public void Single_bytes_are_enough()
    {
        var (bytes, said) = Conversation(new Random(5), Key);
        using var reader = new MessageReader(peerMasks: true, Largest);

        Assert.Equal(said, Hear(reader, bytes, null));
    }

    [Theory]
    [InlineData("81-02-68-69", true, 1002)] // a client must mask
    [InlineData("81-82-00-00-00-00-68-69", false, 1002)] // a server must not
    [InlineData("C1-02-68-69", false, 1002)] // RSV1: compressed, but nobody agreed to that
    [InlineData("83-00", false, 1002)] // a reserved opcode
    [InlineData("8B-00", false, 1002)] // a reserved opcode of a control frame
    [InlineData("80-00", false, 1002)] // goes on with nothing
    [InlineData("01-01-68-81-01-69", false, 1002)] // begins another message before the first one's end
    [InlineData("09-00", false, 1002)] // a fragmented ping
    [InlineData("89-7E-00-7E", false, 1002)] // a ping of 126 bytes
    [InlineData("81-7F-80-00-00-00-00-00-00-00", false, 1002)] // the length's highest bit
    [InlineData("88-01-03", false, 1002)] // half a close code
    [InlineData("88-02-03-E7", false, 1002)] // 999
    [InlineData("88-02-03-ED", false, 1002)] // 1005 is never sent
    [InlineData("88-02-03-EE", false, 1002)] // nor is 1006
    [InlineData("88-03-03-E8-FF", false, 1007)] // a reason that is no UTF-8
    [InlineData("81-02-C3-28", false, 1007)] // a text that is no UTF-8
    public void A_peer_that_breaks_the_rules_is_told_which(string frames, bool masked, int code)
    {
        using var reader = new MessageReader(masked, Largest);
        var arrived = Convert.FromHexString(frames.Replace("-", "", StringComparison.Ordinal)).AsSpan();

        Assert.Equal(Taken.Violation, reader.Take(ref arrived, out _));
        Assert.Equal(code, reader.CloseCode);
    }

    [Theory]
    [InlineData("88-00", 0, null)]
    [InlineData("88-02-03-E8", 1000, "")]
    [InlineData("88-05-0F-A0-62-79-65", 4000, "bye")]
    public void A_close_says_why(string frame, int code, string? reason)
    {
        using var reader = new MessageReader(peerMasks: false, Largest);
        var arrived = Convert.FromHexString(frame.Replace("-", "", StringComparison.Ordinal)).AsSpan();

        Assert.Equal(Taken.Close, reader.Take(ref arrived, out _));
        Assert.Equal((code, reason), (reader.CloseCode, reader.CloseReason));
    }

    [Fact]
    public void A_message_that_is_too_large_is_told_at_its_header_and_skipped_as_it_comes()
    {
        using var reader = new MessageReader(peerMasks: false, Largest);
        byte[] bytes = [.. Frame(Final | Binary, new byte[Largest + 1]), .. Frame(Final | Text, "next"u8)];
        var header = bytes.AsSpan(0, 4);
        Assert.Equal(Taken.TooLarge, reader.Take(ref header, out _));

        var rest = bytes.AsSpan(4);
        Assert.Equal(Taken.Message, reader.Take(ref rest, out var message));
        Assert.Equal("next", Encoding.UTF8.GetString(message));
    }

    [Fact]
    public void Fragments_that_together_are_too_large_are_told_once()
    {
        using var reader = new MessageReader(peerMasks: false, Largest);
        byte[] bytes =
        [
            .. Frame(Text, Letters(Largest)), .. Frame(Final | Ping, "?"u8), .. Frame(Continuation, "x"u8), .. Frame(Continuation, Letters(Largest)),
            .. Frame(Final | Continuation, "x"u8), .. Frame(Final | Text, Letters(Largest)),
        ];
        var arrived = bytes.AsSpan();

        Assert.Equal(Taken.Ping, reader.Take(ref arrived, out _));
        Assert.Equal(Taken.TooLarge, reader.Take(ref arrived, out _));
        Assert.Equal(Taken.Message, reader.Take(ref arrived, out var message));
        Assert.Equal(Largest, message.Length);
        Assert.Equal(Taken.Nothing, reader.Take(ref arrived, out _));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_message_in_one_piece_stays_where_it_arrived(bool masked)
    {
        using var reader = new MessageReader(masked, Largest);
        var bytes = Frame(Final | Text, "where it is"u8, masked ? Key : null);
        var arrived = bytes.AsSpan();

        Assert.Equal(Taken.Message, reader.Take(ref arrived, out var message));
        Assert.Equal("where it is", Encoding.UTF8.GetString(message));
        Assert.True(message.Overlaps(bytes));
    }

    [Fact]
    public void A_header_that_promises_everything_takes_no_memory()
    {
        using var reader = new MessageReader(peerMasks: false, int.MaxValue);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Span<byte> arrived = [Final | Binary, 127, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 1, 2, 3];

        Assert.Equal(Taken.Nothing, reader.Take(ref arrived, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }

    // A client's or server's side of a conversation: messages of many lengths, some in fragments, pings between them, a close at the end.
    private static (byte[] Bytes, List<string> Said) Conversation(Random random, byte[]? mask)
    {
        var (bytes, said) = (new List<byte>(), new List<string>());
        for (var message = 0; message < 12; message++)
        {
            var text = Letters(random.Next(4) switch { 0 => 0, 1 => random.Next(125), 2 => random.Next(126, 1_000), _ => random.Next(1_000, Largest) });
            var (at, fragments) = (0, random.Next(1, 4));
            for (var fragment = 1; fragment <= fragments; fragment++)
            {
                var length = fragment == fragments ? text.Length - at : random.Next(text.Length - at + 1);
                var opcode = fragment > 1 ? Continuation : message % 2 == 0 ? Text : Binary;
                bytes.AddRange(Frame((byte)(opcode | (fragment == fragments ? Final : 0)), text.AsSpan(at, length), mask));
                at += length;
                if (fragment < fragments && random.Next(3) == 0)
                {
                    bytes.AddRange(Frame(Final | Ping, Letters(random.Next(126)), mask));
                    said.Add("Ping");
                }
            }

            said.Add($"Message {Encoding.ASCII.GetString(text)}");
        }

        bytes.AddRange(Frame(Final | Close, [0x03, 0xE8], mask));
        said.Add("Close");
        return ([.. bytes], said);
    }

    // Arrives in pieces of random length; single bytes without a random.
    private static List<string> Hear(MessageReader reader, byte[] bytes, Random? random)
    {
        var heard = new List<string>();
        for (var at = 0; at < bytes.Length;)
        {
            var piece = Math.Min(bytes.Length - at, random is null ? 1 : random.Next(random.Next(2) == 0 ? 20 : 4_000));
            var arrived = bytes[at..(at + piece)].AsSpan(); // what was there before is gone
            at += piece;
            for (var what = reader.Take(ref arrived, out var message); what != Taken.Nothing; what = reader.Take(ref arrived, out message))
            {
                heard.Add(what == Taken.Message ? $"Message {Encoding.ASCII.GetString(message)}" : what.ToString());
            }

            Assert.True(arrived.IsEmpty);
        }

        return heard;
    }
}
