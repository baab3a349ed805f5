using System.Globalization;
using System.Text;

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
            Directory.CreateDirectory(Path.Combine(folder, "calls"));
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
            using var file = await _files.OpenAsync(PathOf(call), options, cancellation).ConfigureAwait(false);
            if (file.Length == 0)
            {
                MarkDay(call, events[0].At);
            }

            var lines = CallEventLines.Write(events);
            if (EndsInTornLine(file))
            {
                lines = [(byte)'\n', .. lines];
            }

            file.Seek(0, SeekOrigin.End);
            await file.WriteAsync(lines, cancellation).ConfigureAwait(false);
            return true;
        });

    /// <inheritdoc />
    public Task<IReadOnlyList<CallEvent>> ReadAsync(CallSid call, CancellationToken cancellation) => HeldFiles.GuardAsync<IReadOnlyList<CallEvent>>(async () =>
    {
        if (await _files.ReadAsync(PathOf(call), cancellation).ConfigureAwait(false) is not { } lines)
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
        // The nonce becomes a file name, so it is not taken on trust.
        if (nonce is not { Length: 32 } || !nonce.All(char.IsAsciiHexDigitLower))
        {
            throw new ArgumentException("A nonce is 32 lowercase hexadecimal digits.", nameof(nonce));
        }

        return HeldFiles.GuardAsync(async () =>
        {
            var claims = Path.Combine(folder, "claims", call.Value);
            var path = Path.Combine(claims, nonce);
            Directory.CreateDirectory(claims);
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

    private string PathOf(CallSid call) => Path.Combine(folder, "calls", call.Value);

    // Before the first line, so that a crash between the two leaves a day that lists too much rather than too little.
    private void MarkDay(CallSid call, DateTimeOffset at)
    {
        var day = Directory.CreateDirectory(Path.Combine(folder, "days", at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        File.WriteAllBytes(Path.Combine(day.FullName, call.Value), []);
    }

    private static bool EndsInTornLine(FileStream file)
    {
        if (file.Length == 0)
        {
            return false;
        }

        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() != '\n';
    }
}
