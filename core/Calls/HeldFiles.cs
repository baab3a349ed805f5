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
    public async Task<FileStream> OpenAsync(string path, FileStreamOptions options, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException refused) when (IsHeld(refused) && time.GetElapsedTime(start) < LongestWait)
            {
                await Task.Delay(RetryDelay, time, cancellation).ConfigureAwait(false);
            }
        }
    }

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

    // ERROR_SHARING_VIOLATION on Windows; EWOULDBLOCK from flock on Linux and macOS, which .NET passes on as it is.
    private static bool IsHeld(IOException refused) => refused.HResult is unchecked((int)0x80070020) or 11 or 35;
}
