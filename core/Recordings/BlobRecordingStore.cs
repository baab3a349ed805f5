using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Storage;

namespace PhoneAgent.Core.Recordings;

/// <summary>Recordings as append blobs, <c>recordings/{callSid}-{attempt}</c>, in the container of a call log.</summary>
/// <param name="container">Where; it has to exist.</param>
internal sealed class BlobRecordingStore(BlobContainer container) : IRecordingStore
{
    // Four minutes of a call.
    private const int PieceBytes = 4 * 1024 * 1024;

    /// <inheritdoc />
    public async Task<bool> AppendAsync(CallSid call, int attempt, long at, ReadOnlyMemory<byte> block, CancellationToken cancellation)
    {
        var name = CallLogNames.Recording(call, attempt);
        if (at == 0)
        {
            await container.CreateAppendBlobAsync(name, cancellation).ConfigureAwait(false);
        }

        return await container.AppendAsync(name, at, block, again: true, cancellation).ConfigureAwait(false) == BlobOutcome.Done;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<RecordedStream>> ListAsync(CallSid call, CancellationToken cancellation)
    {
        var found = new List<RecordedStream>();
        await foreach (var name in container.ListAsync(CallLogNames.Recordings(call), cancellation: cancellation).ConfigureAwait(false))
        {
            if (await container.PropertiesAsync(name, cancellation).ConfigureAwait(false) is { Length: > 0 } blob)
            {
                found.Add(new RecordedStream(name, blob.Length & ~1L));
            }
        }

        return found;
    }

    /// <inheritdoc />
    public async Task CopyAsync(RecordedStream recorded, Stream to, CancellationToken cancellation)
    {
        for (var at = 0L; at < recorded.Length; at += PieceBytes)
        {
            var piece = await container.ReadAsync(recorded.Name, at, (int)Math.Min(PieceBytes, recorded.Length - at), cancellation).ConfigureAwait(false);
            if (piece is null)
            {
                return; // removed meanwhile
            }

            await to.WriteAsync(piece.Content, cancellation).ConfigureAwait(false);
        }
    }
}
