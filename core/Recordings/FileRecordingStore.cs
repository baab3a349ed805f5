using PhoneAgent.Core.Calls;

namespace PhoneAgent.Core.Recordings;

/// <summary>Recordings as files, <c>{folder}/recordings/{callSid}-{attempt}</c>, beside a <see cref="FileCallLog"/>.</summary>
/// <param name="folder">Created when missing.</param>
/// <param name="time">Times the waits for a held file.</param>
internal sealed class FileRecordingStore(string folder, TimeProvider time) : IRecordingStore
{
    private readonly HeldFiles _files = new(time);

    /// <inheritdoc />
    public Task<bool> AppendAsync(CallSid call, int attempt, long at, ReadOnlyMemory<byte> block, CancellationToken cancellation) => HeldFiles.GuardAsync(async () =>
    {
        var path = Path.Combine(folder, CallLogNames.Recording(call, attempt));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (at > 0 && !File.Exists(path))
        {
            return false;
        }

        var options = new FileStreamOptions { Mode = at > 0 ? FileMode.Open : FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        using var file = await _files.OpenAsync(path, options, cancellation).ConfigureAwait(false);
        if (file.Length == at + block.Length && await IsThereAsync(file, at, block, cancellation).ConfigureAwait(false))
        {
            return true;
        }

        if (file.Length != at)
        {
            return false;
        }

        file.Seek(at, SeekOrigin.Begin);
        await file.WriteAsync(block, cancellation).ConfigureAwait(false);
        return true;
    });

    /// <inheritdoc />
    public Task<IReadOnlyList<RecordedStream>> ListAsync(CallSid call, CancellationToken cancellation) => HeldFiles.GuardAsync(() =>
    {
        var prefix = Path.Combine(folder, CallLogNames.Recordings(call));
        var within = Path.GetDirectoryName(prefix)!;
        IReadOnlyList<RecordedStream> found = !Directory.Exists(within) ? [] :
        [
            .. Directory.GetFiles(within, Path.GetFileName(prefix) + "*").Order(StringComparer.Ordinal)
                .Select(path => new RecordedStream(path, new FileInfo(path).Length & ~1L)).Where(one => one.Length > 0),
        ];
        return Task.FromResult(found);
    });

    /// <inheritdoc />
    public Task CopyAsync(RecordedStream recorded, Stream to, CancellationToken cancellation) => HeldFiles.GuardAsync(async () =>
    {
        var all = await _files.ReadAsync(recorded.Name, cancellation).ConfigureAwait(false) ?? [];
        var length = (int)Math.Min(all.Length, recorded.Length);
        await to.WriteAsync(all.AsMemory(0, length), cancellation).ConfigureAwait(false);
        return true;
    });

    private static async Task<bool> IsThereAsync(FileStream file, long at, ReadOnlyMemory<byte> block, CancellationToken cancellation)
    {
        var there = new byte[block.Length];
        file.Seek(at, SeekOrigin.Begin);
        await file.ReadExactlyAsync(there, cancellation).ConfigureAwait(false);
        return block.Span.SequenceEqual(there);
    }
}
