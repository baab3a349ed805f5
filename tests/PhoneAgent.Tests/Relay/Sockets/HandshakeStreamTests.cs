using System.Text;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.MediaRelay.Transport;

namespace PhoneAgent.Tests.Relay.Sockets;

public sealed class HandshakeStreamTests
{
    [Theory]
    [InlineData("HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n", "frames")]
    [InlineData("HTTP/1.1 101 Switching\r\nA: b\r\n\r\n", "\r\n\r\nframes\n\n")] // that look like the end of a head
    [InlineData("HTTP/1.1 101 Switching\nA: b\n\n", "frames")]
    [InlineData("HTTP/1.1 101 Switching\r\nA: b\n\r\n", "")]
    public async Task However_it_arrives_what_follows_a_head_is_not_read_with_it(string head, string behind)
    {
        var all = Encoding.ASCII.GetBytes(head + behind);
        for (var piece = 1; piece <= all.Length; piece++)
        {
            foreach (var room in (int[])[1, 7, 1_000])
            {
                await using var stream = new HandshakeStream(new Pieces(all, piece));
                var (buffer, read) = (new byte[room], "");
                while (read.Length < head.Length)
                {
                    read += Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer.AsMemory()));
                }

                Assert.Equal(head, read);
                var rest = new byte[1_000];
                var left = await stream.Connection.ReadAtLeastAsync(rest, rest.Length, throwOnEndOfStream: false);
                Assert.Equal(behind, Encoding.ASCII.GetString(stream.Arrived.Span) + Encoding.ASCII.GetString(rest, 0, left));
            }
        }
    }

    [Fact]
    public async Task What_is_no_head_is_read_to_its_end_too()
    {
        var all = Encoding.ASCII.GetBytes("HTTP/1.1 503 Away\r\nContent-Length: 12\r\n\r\nsorry\r\n\r\nnow");
        await using var stream = new HandshakeStream(new Pieces(all, 9));
        using var read = new MemoryStream();

        await stream.CopyToAsync(read);

        Assert.Equal(all, read.ToArray());
    }

    /// <summary>Bytes that arrive so many at a time.</summary>
    private sealed class Pieces(byte[] bytes, int piece) : AsyncStream
    {
        private int _at;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var length = Math.Min(Math.Min(piece, buffer.Length), bytes.Length - _at);
            bytes.AsMemory(_at, length).CopyTo(buffer);
            _at += length;
            return ValueTask.FromResult(length);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
