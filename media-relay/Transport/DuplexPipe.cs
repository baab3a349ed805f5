using System.IO.Pipelines;

namespace PhoneAgent.MediaRelay.Transport;

/// <summary>
/// Both directions of a stream as pipes. A buffer is taken when something has arrived, not while it is waited for: hundreds of calls then share few, which
/// stay in the processor's cache.
/// </summary>
internal sealed class DuplexPipe(Stream stream) : IDuplexPipe
{
    // Room for three of Gemini's messages of 40 ms at a time.
    private const int BufferBytes = 8 * 1_024;

    /// <inheritdoc />
    public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: BufferBytes, leaveOpen: true, useZeroByteReads: true));

    /// <inheritdoc />
    public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
}
