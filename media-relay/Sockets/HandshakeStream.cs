using PhoneAgent.MediaRelay.Transport;

namespace PhoneAgent.MediaRelay.Sockets;

/// <summary>
/// A connection while a client's opening handshake is under way on it. It brings no more than one head of HTTP at a read, so that nothing that comes behind
/// the answer's head is taken for HTTP; once the answer is there, the connection is used without it.
/// </summary>
/// <param name="connection">The connection, TLS taken off.</param>
internal sealed class HandshakeStream(Stream connection) : AsyncStream
{
    private bool _inLine;

    /// <summary>The connection itself.</summary>
    public Stream Connection => connection;

    /// <summary>What has come behind the last head that was read.</summary>
    public ReadOnlyMemory<byte> Arrived { get; private set; }

    /// <inheritdoc />
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Arrived.IsEmpty)
        {
            Arrived = buffer[..await connection.ReadAsync(buffer, cancellationToken)];
        }

        var head = EndOfHead(Arrived.Span[..Math.Min(Arrived.Length, buffer.Length)]);
        var rest = Arrived[head..].ToArray();
        Arrived[..head].CopyTo(buffer);
        Arrived = rest;
        return head;
    }

    /// <inheritdoc />
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => connection.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc />
    public override Task FlushAsync(CancellationToken cancellationToken) => connection.FlushAsync(cancellationToken);

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        connection.Dispose();
        base.Dispose(disposing);
    }

    // Behind the first empty line; all there is when there is none. Lines end with LF, before which CR may stand, as HttpClient takes them too.
    private int EndOfHead(ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] == '\n' && !_inLine)
            {
                return at + 1;
            }

            _inLine = bytes[at] is not (byte)'\n' and not (byte)'\r' || (bytes[at] == '\r' && _inLine);
        }

        return bytes.Length;
    }
}
