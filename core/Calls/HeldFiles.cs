using Microsoft.Win32.SafeHandles;

namespace PhoneAgent.Core.Calls;

/// <summary>
/// Files that several processes on one machine share. FileShare is enforced between .NET processes on every platform
/// (by flock on Unix); who finds a file held tries again.
/// </summary>
/// <param name="time">Times the waits.</param>
internal sealed class HeldFiles(TimeProvider time)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(2);

    /// <summary>Opens a file as soon as nobody holds it.</summary>
    public Task<FileStream> OpenAsync(string path, FileStreamOptions options, CancellationToken cancellation) =>
        TryUntilFreeAsync(() => new FileStream(path, options), cancellation);

    /// <summary>Opens a file to read and write, created when missing, as soon as nobody holds it; nobody else does while it is open.</summary>
    public Task<SafeFileHandle> OpenAloneAsync(string path, CancellationToken cancellation) =>
        TryUntilFreeAsync(() => File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), cancellation);

    /// <summary>Puts a file in the place of another, as soon as nobody holds that one.</summary>
    public Task ReplaceAsync(string path, string by, CancellationToken cancellation) => TryUntilFreeAsync(
        () =>
        {
            File.Move(by, path, overwrite: true);
            return true;
        },
        cancellation);

    /// <summary>All of a file; null when there is none. A file that is read may be replaced meanwhile.</summary>
    public async Task<byte[]?> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
            using var file = await OpenAsync(path, options, cancellation).ConfigureAwait(false);
            using var bytes = new MemoryStream();
            await file.CopyToAsync(bytes, cancellation).ConfigureAwait(false);
            return bytes.ToArray();
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Does something with files; whatever the file system has against it becomes <see cref="CallLogUnavailableException"/>.</summary>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CallLogUnavailableException("The call log's folder cannot be used: " + failure.Message, failure);
        }
    }

    private async Task<T> TryUntilFreeAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return work();
            }
            catch (Exception refused) when (IsHeld(refused) && time.GetElapsedTime(start) < LongestWait)
            {
                await Task.Delay(RetryDelay, time, cancellation).ConfigureAwait(false);
            }
        }
    }

    // ERROR_SHARING_VIOLATION on Windows, and ERROR_ACCESS_DENIED for replacing what is being read; EWOULDBLOCK from flock
    // on Linux and macOS, which .NET passes on as it is.
    private static bool IsHeld(Exception refused) => refused is UnauthorizedAccessException
        ? OperatingSystem.IsWindows()
        : refused is IOException && refused.HResult is unchecked((int)0x80070020) or 11 or 35;
}
