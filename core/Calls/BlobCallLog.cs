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

    // Who owns what is left of a removed call; before that it has no owner.
    private const string RemovedOwner = "removed";

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
            if ((hint ?? await EndOfAsync(call, cancellation).ConfigureAwait(false)) is not { } at)
            {
                _ends.Remove(call);
                _unknown.Remove(batch);
                return;
            }

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
                return await container.AppendAsync(CallLogNames.Call(call), at, lines, again, cancellation).ConfigureAwait(false) == BlobOutcome.Done;
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
        if (await container.ReadAsync(CallLogNames.Call(call), cancellation).ConfigureAwait(false) is not { } blob)
        {
            return [];
        }

        if (blob is { Owner: RemovedOwner, Length: 0 })
        {
            return [new CallRemoved { At = default }]; // the removal has to be completed, but nothing is known any more
        }

        _ends.Set(call, blob.Length);
        var events = CallEventLines.Read(blob.Content, out var skipped);
        Telemetry.LogLinesSkipped.Add(skipped);
        return events;
    }

    /// <inheritdoc />
    public async Task<bool> TryClaimAsync(CallSid call, string nonce, string owner, CancellationToken cancellation) =>
        await container.CreateAsync(CallLogNames.Claim(call, nonce), default, owner, cancellation).ConfigureAwait(false) == BlobOutcome.Done;

    /// <inheritdoc />
    /// <remarks>The store lists from the beginning of a day on: a page costs one request more for every 5,000 calls before it.</remarks>
    public async Task<IReadOnlyList<CallSid>> ListAsync(DateOnly day, CallSid? after, int count, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var prefix = CallLogNames.Day(day) + "/";
        var calls = new List<CallSid>();
        var names = container.ListAsync(prefix, after is null ? Math.Min(count, BlobContainer.MostListed) : BlobContainer.MostListed, cancellation);
        await foreach (var name in names.ConfigureAwait(false))
        {
            if (CallSid.TryParse(name[prefix.Length..], out var call) && (after is null || string.CompareOrdinal(call.Value, after.Value.Value) > 0))
            {
                calls.Add(call);
                if (calls.Count == count)
                {
                    break;
                }
            }
        }

        return calls;
    }

    /// <inheritdoc />
    /// <remarks>The events go last, for they tell what else there is.</remarks>
    public async Task<bool> RemoveAsync(CallSid call, DateTimeOffset at, CancellationToken cancellation)
    {
        var (name, left) = (CallLogNames.Call(call), CallEventLines.WriteRemoved(at));
        if (await container.ReadAsync(name, cancellation).ConfigureAwait(false) is not { } blob || (blob.Owner == RemovedOwner && blob.Length > 0))
        {
            return false;
        }

        if (blob.Owner != RemovedOwner)
        {
            await RemoveAroundAsync(call, CallRecord.From(call, CallEventLines.Read(blob.Content, out _)), cancellation).ConfigureAwait(false);
        }

        for (var round = 0; round < MostRounds; round++)
        {
            await container.EmptyAppendBlobAsync(name, RemovedOwner, cancellation).ConfigureAwait(false);
            if (await container.AppendAsync(name, 0, left, again: false, cancellation).ConfigureAwait(false) == BlobOutcome.Done)
            {
                return true;
            }
        }

        throw new CallLogUnavailableException($"The call could not be removed: an append came first, {MostRounds} times.");
    }

    // All there is of a call but its events.
    private async Task RemoveAroundAsync(CallSid call, CallRecord record, CancellationToken cancellation)
    {
        if (CallLogNames.Request(record) is { } request)
        {
            await container.DeleteAsync(request.ToString(), cancellation).ConfigureAwait(false);
        }

        foreach (var prefix in (string[])[CallLogNames.Claims(call) + "/", CallLogNames.Recordings(call)])
        {
            await foreach (var name in container.ListAsync(prefix, cancellation: cancellation).ConfigureAwait(false))
            {
                await container.DeleteAsync(name, cancellation).ConfigureAwait(false);
            }
        }

        if (record.BeganAt is { } began)
        {
            await container.DeleteAsync(CallLogNames.Listed(began, call), cancellation).ConfigureAwait(false);
        }
    }

    // Where the call's lines end; null when it was removed.
    private async Task<long?> EndOfAsync(CallSid call, CancellationToken cancellation)
    {
        if (await container.PropertiesAsync(CallLogNames.Call(call), cancellation).ConfigureAwait(false) is { } blob)
        {
            return blob.Owner == RemovedOwner ? null : blob.Length;
        }

        await container.CreateAppendBlobAsync(CallLogNames.Call(call), cancellation).ConfigureAwait(false);
        return 0; // it is longer when somebody else was faster; then the append is refused
    }

    // Before the first line, so that a crash between the two leaves a day that lists too much rather than too little.
    private async Task MarkDayAsync(CallSid call, DateTimeOffset at, CancellationToken cancellation) =>
        await container.CreateAsync(CallLogNames.Listed(at, call), default, call.Value, cancellation).ConfigureAwait(false);
}
