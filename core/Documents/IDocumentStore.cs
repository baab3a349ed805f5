using PhoneAgent.Core.Calls;

namespace PhoneAgent.Core.Documents;

/// <summary>
/// Small documents that change, beside the call log, which does not: outbound requests, caps, live calls. Every change
/// is conditional, so any number of instances may make it at once (for Blob Storage: If-None-Match and If-Match). Every
/// method throws <see cref="CallLogUnavailableException"/> when the store cannot be reached; whether a change was made
/// is then unknown.
/// </summary>
public interface IDocumentStore
{
    /// <summary>Creates a document; false when there is one of that name, which then stays as it is.</summary>
    Task<bool> TryCreateAsync(DocumentName name, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>Reads a document; null when there is none.</summary>
    Task<StoredDocument?> ReadAsync(DocumentName name, CancellationToken cancellation);

    /// <summary>Replaces a document that still is the version that was read; false when it has changed or is gone.</summary>
    Task<bool> TryReplaceAsync(DocumentName name, ReadOnlyMemory<byte> content, string version, CancellationToken cancellation);
}

/// <summary>A document as it was read.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Version">Names this state of it; means something to its store only.</param>
public sealed record StoredDocument(ReadOnlyMemory<byte> Content, string Version);
