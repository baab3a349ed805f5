using System.Security.Cryptography;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Core.Documents;

/// <summary>
/// Documents as files, <c>{folder}/{document folder}/{name}</c>, beside a <see cref="FileCallLog"/>. Several processes
/// on one machine may share them. A document's version is the hash of its content.
/// </summary>
/// <remarks>
/// Changes of one document folder take turns by holding its file <c>.lock</c>. A change is written beside the document
/// and then takes its name, so that neither a reader nor a crash ever meets half of one.
/// </remarks>
/// <param name="folder">Created when missing.</param>
/// <param name="time">Times the waits for a held file.</param>
public sealed class FileDocumentStore(string folder, TimeProvider time) : IDocumentStore
{
    private readonly HeldFiles _files = new(time);

    /// <inheritdoc />
    public Task<bool> TryCreateAsync(DocumentName name, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        TryWriteAsync(name, content, static present => present is null, cancellation);

    /// <inheritdoc />
    public Task<bool> TryReplaceAsync(DocumentName name, ReadOnlyMemory<byte> content, string version, CancellationToken cancellation) =>
        TryWriteAsync(name, content, present => present is not null && VersionOf(present) == version, cancellation);

    /// <inheritdoc />
    public Task<StoredDocument?> ReadAsync(DocumentName name, CancellationToken cancellation) => HeldFiles.GuardAsync(async () =>
        await _files.ReadAsync(PathOf(name), cancellation).ConfigureAwait(false) is { } content ? new StoredDocument(content, VersionOf(content)) : null);

    /// <summary>Removes a document, if there is one.</summary>
    internal Task DeleteAsync(DocumentName name, CancellationToken cancellation) => HeldFiles.GuardAsync(async () =>
    {
        if (!File.Exists(PathOf(name)))
        {
            return false;
        }

        using var turn = await TurnAsync(name, cancellation).ConfigureAwait(false);
        File.Delete(PathOf(name));
        return true;
    });

    private Task<bool> TryWriteAsync(DocumentName name, ReadOnlyMemory<byte> content, Func<byte[]?, bool> mayReplace, CancellationToken cancellation) => HeldFiles.GuardAsync(async () =>
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var turn = await TurnAsync(name, cancellation).ConfigureAwait(false);
        if (!mayReplace(await _files.ReadAsync(path, cancellation).ConfigureAwait(false)))
        {
            return false;
        }

        var beside = path + ".new"; // a document's name has no dot
        await File.WriteAllBytesAsync(beside, content, cancellation).ConfigureAwait(false);
        await _files.ReplaceAsync(path, beside, cancellation).ConfigureAwait(false);
        return true;
    });

    private Task<FileStream> TurnAsync(DocumentName name, CancellationToken cancellation) => _files.OpenAsync(
        Path.Combine(folder, name.Folder, ".lock"),
        new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 },
        cancellation);

    private string PathOf(DocumentName name) => Path.Combine(folder, name.Folder, name.Name);

    private static string VersionOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
