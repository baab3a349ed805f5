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

    /// <summary>
    /// What is to be used instead of a connection's pipes from now on, of which nobody may be reading; with what was read already. Of one of these it is
    /// the stream itself.
    /// </summary>
    public static (Stream Input, Stream Output, ReadOnlyMemory<byte> Arrived) TakeOver(IDuplexPipe pipe) =>
        pipe is DuplexPipe own ? own.TakeOver() : (pipe.Input.AsStream(leaveOpen: true), pipe.Output.AsStream(leaveOpen: true), default);

    private (Stream Input, Stream Output, ReadOnlyMemory<byte> Arrived) TakeOver()
    {
        if (!Input.TryRead(out var read))
        {
            return (stream, stream, default);
        }

        var arrived = read.Buffer.ToArray();
        Input.AdvanceTo(read.Buffer.End);
        return (stream, stream, arrived);
    }
}
