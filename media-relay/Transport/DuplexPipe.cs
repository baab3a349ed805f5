using System.Buffers;
using System.IO.Pipelines;

namespace PhoneAgent.MediaRelay.Transport;

/// <summary>Both directions of a stream as pipes, for whoever speaks HTTP over it; who speaks something else afterwards takes the stream over.</summary>
internal sealed class DuplexPipe(Stream stream) : IDuplexPipe
{
    /// <inheritdoc />
    public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true));

    /// <inheritdoc />
    public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));

    /// <summary>The stream itself, from now on to be used instead of the pipes, of which nobody may be reading.</summary>
    /// <param name="arrived">What was read from it already.</param>
    public Stream TakeOver(out byte[] arrived)
    {
        arrived = [];
        if (Input.TryRead(out var read))
        {
            arrived = read.Buffer.ToArray();
            Input.AdvanceTo(read.Buffer.End);
        }

        return stream;
    }
}
