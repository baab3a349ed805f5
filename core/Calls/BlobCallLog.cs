using System.Globalization;
using System.Security.Cryptography;
using PhoneAgent.Core.Storage;

namespace PhoneAgent.Core.Calls;

/// <summary>
/// The call log on Blob Storage, for production: the append blob <c>calls/{callSid}</c> holds a call's lines, the empty
/// blob <c>days/{date}/{callSid}</c> lists it, <c>claims/{callSid}/{nonce}</c> names who took a ticket.
/// </summary>
/// <remarks>
/// Nothing is written twice, although answers get lost and functions and relay append to one call: an append names the
/// position where the blob has to end, so it lands there or never. Whose place was taken looks for the new end and tries
/// there; whose outcome stayed unknown and is asked to append the same again begins where it may have landed. The store
/// appends all lines of one append or none, so no line is ever torn.
/// </remarks>
/// <param name="container">Where; it has to exist.</param>
internal sealed class BlobCallLog(BlobContainer container) : ICallLog
{
    // Each lost race means that another won, so this many are a fault and not a crowd.
    private const int MostRounds = 100;

    // Where blobs ended when they were last seen. Only a hint: a wrong one costs a round.
    private readonly RecentEntries<CallSid, long> _ends = new(4_096);

    // Where appends of unknown outcome may have landed, by the hash of their lines.
    private readonly RecentEntries<(CallSid Call, string Lines), long> _unknown = new(1_024);

    /// <inheritdoc />
    public async Task AppendAsync(CallSid call, IReadOnlyList<CallEvent> events, CancellationToken cancellation)
    {
        if (events.Count == 0)
        {
            return;
        }

        var lines = CallEventLines.Write(events);
        var batch = (call, Convert.ToHexStringLower(SHA256.HashData(lines)));
        long? before = _unknown.TryGet(batch, out var unknown) ? unknown : null;
        long? hint = before ?? (_ends.TryGet(call, out var end) ? end : null);
        for (var round = 0; round < MostRounds; round++)
        {
            var at = hint ?? await EndOfAsync(call, cancellation).ConfigureAwait(false);
            if (at == 0)
            {
                await MarkDayAsync(call, events[0].At, cancellation).ConfigureAwait(false);
            }

            if (await AppendAtAsync(at, at == before).ConfigureAwait(false))
            {
                _ends.Set(call, at + lines.Length);
                _unknown.Remove(batch);
                return;
            }

            hint = null;
        }

        throw new CallLogUnavailableException($"The call log could not be appended to: another append came first, {MostRounds} times.");

        async Task<bool> AppendAtAsync(long at, bool again)
        {
            try
            {
                return await container.AppendAsync(PathOf(call), at, lines, again, cancellation).ConfigureAwait(false) == BlobOutcome.Done;
            }
            catch
            {
                _unknown.Set(batch, at);
                throw;
            }
        }
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<CallEvent>> ReadAsync(CallSid call, CancellationToken cancellation)
    {
        if (await container.ReadAsync(PathOf(call), cancellation).ConfigureAwait(false) is not { } blob)
        {
            return [];
        }

        _ends.Set(call, blob.Content.Length);
        var events = CallEventLines.Read(blob.Content, out var skipped);
        Telemetry.LogLinesSkipped.Add(skipped);
        return events;
    }

    /// <inheritdoc />
    public async Task<bool> TryClaimAsync(CallSid call, string nonce, string owner, CancellationToken cancellation)
    {
        // The nonce becomes a blob's name, so it is not taken on trust.
        if (nonce is not { Length: 32 } || !nonce.All(char.IsAsciiHexDigitLower))
        {
            throw new ArgumentException("A nonce is 32 lowercase hexadecimal digits.", nameof(nonce));
        }

        return await container.CreateAsync($"claims/{call}/{nonce}", default, owner, cancellation).ConfigureAwait(false) == BlobOutcome.Done;
    }

    private static string PathOf(CallSid call) => "calls/" + call;

    private async Task<long> EndOfAsync(CallSid call, CancellationToken cancellation)
    {
        if (await container.PropertiesAsync(PathOf(call), cancellation).ConfigureAwait(false) is { } blob)
        {
            return blob.Length;
        }

        await container.CreateAppendBlobAsync(PathOf(call), cancellation).ConfigureAwait(false);
        return 0; // it is longer when somebody else was faster; then the append is refused
    }

    // Before the first line, so that a crash between the two leaves a day that lists too much rather than too little.
    private async Task MarkDayAsync(CallSid call, DateTimeOffset at, CancellationToken cancellation)
    {
        var day = at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await container.CreateAsync($"days/{day}/{call}", default, call.Value, cancellation).ConfigureAwait(false);
    }
}
