using PhoneAgent.Core.Storage;

namespace PhoneAgent.Core.Documents;

/// <summary>
/// Documents as blobs, <c>{document folder}/{name}</c>, in the container of a call log. A document's version is its ETag.
/// </summary>
/// <remarks>
/// Every change carries a name of its own, by which it is known again when only its answer was lost. If another change
/// came on top meanwhile, it counts as not made: who reads again meets its own work.
/// </remarks>
/// <param name="container">Where; it has to exist.</param>
internal sealed class BlobDocumentStore(BlobContainer container) : IDocumentStore
{
    /// <inheritdoc />
    public async Task<bool> TryCreateAsync(DocumentName name, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        await container.CreateAsync(name.ToString(), content, NewChange(), cancellation).ConfigureAwait(false) == BlobOutcome.Done;

    /// <inheritdoc />
    public async Task<StoredDocument?> ReadAsync(DocumentName name, CancellationToken cancellation) =>
        await container.ReadAsync(name.ToString(), cancellation).ConfigureAwait(false) is { } blob ? new StoredDocument(blob.Content, blob.ETag) : null;

    /// <inheritdoc />
    public async Task<bool> TryReplaceAsync(DocumentName name, ReadOnlyMemory<byte> content, string version, CancellationToken cancellation) =>
        version is ['"', .., '"'] // what is no ETag is no version of anything; If-Match has "*" for all of them
        && await container.ReplaceAsync(name.ToString(), content, version, NewChange(), cancellation).ConfigureAwait(false) == BlobOutcome.Done;

    private static string NewChange() => Guid.NewGuid().ToString("n");
}
