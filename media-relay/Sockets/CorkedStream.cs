using System.Buffers;

namespace PhoneAgent.MediaRelay.Sockets;

/// <summary>
/// A connection's stream that can hold writes back and let them go in one: a media message and the mark behind it then cost one
/// system call. One writer at a time.
/// </summary>
/// <param name="inner">The connection.</param>
internal sealed class CorkedStream(Stream inner) : Stream
{
    private readonly ArrayBufferWriter<byte> _held = new(2_048);

    /// <summary>While true writes are held back; the first write after it takes them along.</summary>
    public bool Corked { get; set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!Corked && _held.WrittenCount == 0)
        {
            return inner.WriteAsync(buffer, cancellationToken);
        }

        _held.Write(buffer.Span);
        return Corked ? ValueTask.CompletedTask : ReleaseAsync(cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Corked ? Task.CompletedTask : inner.FlushAsync(cancellationToken);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => inner.ReadAsync(buffer, offset, count, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The relay writes asynchronously.");

    public override void Flush() => throw new NotSupportedException("The relay writes asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private ValueTask ReleaseAsync(CancellationToken cancellation)
    {
        // The connection has copied the bytes when the write completes at once, as it does but for a peer that reads too slowly.
        var write = inner.WriteAsync(_held.WrittenMemory, cancellation);
        if (write.IsCompletedSuccessfully)
        {
            _held.ResetWrittenCount();
            return write;
        }

        return AwaitAsync(write);
    }

    private async ValueTask AwaitAsync(ValueTask write)
    {
        await write;
        _held.ResetWrittenCount();
    }
}
