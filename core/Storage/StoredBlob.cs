namespace PhoneAgent.Core.Storage;

/// <summary>A blob as it was read.</summary>
/// <param name="Content">Its bytes, from where reading began; none when only its properties were asked for.</param>
/// <param name="Length">How many bytes those are, or how long the blob is when only its properties were asked for.</param>
/// <param name="ETag">Names this state of it, with its quotation marks.</param>
/// <param name="Owner">Who wrote this state; null when it does not say.</param>
internal sealed record StoredBlob(byte[] Content, long Length, string ETag, string? Owner);
