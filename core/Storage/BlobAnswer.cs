namespace PhoneAgent.Core.Storage;

/// <summary>What came back to a request.</summary>
/// <param name="Outcome">Whether it was done.</param>
/// <param name="Retried">Whether it was sent more than once, so that the outcome may be of its own making.</param>
/// <param name="Blob">What was read; null unless it was done.</param>
internal readonly record struct BlobAnswer(BlobOutcome Outcome, bool Retried, StoredBlob? Blob);
