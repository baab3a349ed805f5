using System.Text;
using Microsoft.Win32.SafeHandles;
using PhoneAgent.Core.Documents;

namespace PhoneAgent.Core.Calls;

/// <summary>
/// The call log in a folder, for a laptop: <c>calls/{callSid}</c> holds a call's lines, <c>days/{date}/{callSid}</c>
/// lists it, <c>claims/{callSid}/{nonce}</c> names who took a ticket. Several processes on one machine may share it.
/// </summary>
/// <remarks>
/// A writer holds its file exclusively from looking at its end to writing behind it, and a reader holds it shared:
/// .NET appends by position, without O_APPEND, so nothing less keeps two writers apart.
/// </remarks>
/// <param name="folder">Created when missing.</param>
/// <param name="time">Times the waits for a held file.</param>
public sealed class FileCallLog(string folder, TimeProvider time) : ICallLog
{
    private readonly HeldFiles _files = new(time);

    /// <inheritdoc />
    public Task AppendAsync(CallSid call, IReadOnlyList<CallEvent> events, CancellationToken cancellation) => events.Count == 0
        ? Task.CompletedTask
        : HeldFiles.GuardAsync(async () =>
        {
            using var file = await OpenAsync(PathOf(CallLogNames.Call(call)), cancellation).ConfigureAwait(false);
            var length = RandomAccess.GetLength(file);
            if (length == 0)
            {
                MarkDay(call, events[0].At);
            }
            else if (IsRemoved(file, length))
            {
                return false;
            }

            var lines = CallEventLines.Write(events);
            if (EndsInTornLine(file, length))
            {
                lines = [(byte)'\n', .. lines];
            }

            RandomAccess.Write(file, lines, length); // a few lines: sooner written than handed to another thread
            return true;
        });

    /// <inheritdoc />
    public Task<IReadOnlyList<CallEvent>> ReadAsync(CallSid call, CancellationToken cancellation) => HeldFiles.GuardAsync<IReadOnlyList<CallEvent>>(async () =>
    {
        if (await _files.ReadAsync(PathOf(CallLogNames.Call(call)), cancellation).ConfigureAwait(false) is not { } lines)
        {
            return [];
        }

        var events = CallEventLines.Read(lines, out var skipped);
        Telemetry.LogLinesSkipped.Add(skipped);
        return events;
    });

    /// <inheritdoc />
    public Task<bool> TryClaimAsync(CallSid call, string nonce, string owner, CancellationToken cancellation)
    {
        var path = PathOf(CallLogNames.Claim(call, nonce));
        return HeldFiles.GuardAsync(async () =>
        {
            Directory.CreateDirectory(PathOf(CallLogNames.Claims(call)));
            if (TryCreate(path) is { } claim)
            {
                using var file = claim;
                await file.WriteAsync(Encoding.UTF8.GetBytes(owner), cancellation).ConfigureAwait(false);
                return true;
            }

            var holder = await _files.ReadAsync(path, cancellation).ConfigureAwait(false);
            return holder.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(owner));
        });
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<CallSid>> ListAsync(DateOnly day, CallSid? after, int count, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return HeldFiles.GuardAsync(() =>
        {
            var listed = PathOf(CallLogNames.Day(day));
            IReadOnlyList<CallSid> calls = !Path.Exists(listed) && !File.Exists(Path.GetDirectoryName(listed)) ? [] :
            [
                .. Directory.GetFiles(listed).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)
                    .Where(name => CallSid.TryParse(name, out _) && (after is null || string.CompareOrdinal(name, after.Value.Value) > 0))
                    .Take(count).Select(CallSid.Parse),
            ];
            return Task.FromResult(calls);
        });
    }

    /// <inheritdoc />
    public Task<bool> RemoveAsync(CallSid call, DateTimeOffset at, CancellationToken cancellation) => HeldFiles.GuardAsync(async () =>
    {
        if (!Path.Exists(PathOf(CallLogNames.Call(call))))
        {
            return false;
        }

        var options = new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        using var file = await _files.OpenAsync(PathOf(CallLogNames.Call(call)), options, cancellation).ConfigureAwait(false);
        var lines = new byte[file.Length];
        await file.ReadExactlyAsync(lines, cancellation).ConfigureAwait(false);
        var record = CallRecord.From(call, CallEventLines.Read(lines, out _));
        if (record.BeganAt is null || record.RemovedAt is not null)
        {
            return false;
        }

        if (CallLogNames.Request(record) is { } request)
        {
            await new FileDocumentStore(folder, time).DeleteAsync(request, cancellation).ConfigureAwait(false);
        }

        DeleteAll(CallLogNames.Listed(record.BeganAt.Value, call));
        DeleteAll(CallLogNames.Claims(call) + "/");
        DeleteAll(CallLogNames.Recordings(call));
        file.SetLength(0);
        file.Seek(0, SeekOrigin.Begin);
        await file.WriteAsync(CallEventLines.WriteRemoved(at), cancellation).ConfigureAwait(false);
        return true;
    });

    private async Task<SafeFileHandle> OpenAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await _files.OpenAloneAsync(path, cancellation).ConfigureAwait(false);
        }
        catch (Exception missing) when (missing is DirectoryNotFoundException or FileNotFoundException) // the file, where somebody makes the folder just now
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return await _files.OpenAloneAsync(path, cancellation).ConfigureAwait(false);
        }
    }

    // Shared, unlike an append: who looks at the claim meanwhile must not make its maker fail.
    private static FileStream? TryCreate(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0 });
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    private string PathOf(string name) => Path.Combine(folder, name);

    // Before the first line, so that a crash between the two leaves a day that lists too much rather than too little.
    private void MarkDay(CallSid call, DateTimeOffset at)
    {
        var path = PathOf(CallLogNames.Listed(at, call));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, []);
    }

    // Every file whose name begins so.
    private void DeleteAll(string prefix)
    {
        var folderOfAll = Path.GetDirectoryName(PathOf(prefix))!;
        if (Directory.Exists(folderOfAll))
        {
            foreach (var path in Directory.GetFiles(folderOfAll, Path.GetFileName(prefix) + "*"))
            {
                File.Delete(path);
            }
        }
    }

    private static bool IsRemoved(SafeFileHandle file, long length)
    {
        Span<byte> begin = stackalloc byte[CallEventLines.RemovedBytes];
        return length <= begin.Length && CallEventLines.AreRemoved(begin[..RandomAccess.Read(file, begin, 0)]);
    }

    private static bool EndsInTornLine(SafeFileHandle file, long length)
    {
        Span<byte> last = stackalloc byte[1];
        return length > 0 && RandomAccess.Read(file, last, length - 1) == 1 && last[0] != '\n';
    }
}
