using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Handlers.Owner;

/// <summary>Some of the calls that began on a UTC day, in the order of their CallSids.</summary>
/// <param name="Day">The day.</param>
/// <param name="Calls">At most <see cref="Size"/>; fewer also where a call was removed.</param>
/// <param name="Next">What <c>after</c> has to be for the next page; null on the last one.</param>
public sealed record CallPage(DateOnly Day, IReadOnlyList<CallSummary> Calls, CallSid? Next)
{
    /// <summary>Calls on a page.</summary>
    public const int Size = 50;

    // The store is asked for so many calls at once.
    private const int AtOnce = 8;

    /// <summary>Reads the query; false when it asks for no page there could be.</summary>
    internal static bool TryParse(IQueryCollection query, DateTimeOffset now, out DateOnly day, out CallSid? after)
    {
        day = DateOnly.FromDateTime(now.UtcDateTime);
        after = null;
        if (query.TryGetValue("day", out var asked) && !DateOnly.TryParseExact(asked, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day))
        {
            return false;
        }

        if (!query.TryGetValue("after", out var behind))
        {
            return true;
        }

        after = CallSid.TryParse(behind, out var callSid) ? callSid : null;
        return after is not null;
    }

    /// <summary>Reads a page.</summary>
    internal static async Task<CallPage> ReadAsync(ICallLog log, DateOnly day, CallSid? after, CancellationToken cancellation)
    {
        var listed = await log.ListAsync(day, after, Size, cancellation).ConfigureAwait(false);
        var summaries = new CallSummary?[listed.Count];
        await Parallel.ForAsync(0, listed.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (i, token) =>
            summaries[i] = CallSummary.Of(CallRecord.From(listed[i], await log.ReadAsync(listed[i], token).ConfigureAwait(false)))).ConfigureAwait(false);
        return new CallPage(day, [.. summaries.OfType<CallSummary>()], listed.Count == Size ? listed[^1] : null);
    }
}

/// <summary>A call in a list; the members are those of <see cref="CallRecord"/>.</summary>
public sealed record CallSummary
{
    /// <inheritdoc cref="CallRecord.CallSid" />
    public required CallSid CallSid { get; init; }

    /// <inheritdoc cref="CallRecord.BeganAt" />
    public DateTimeOffset? BeganAt { get; init; }

    /// <inheritdoc cref="CallRecord.EndedAt" />
    public DateTimeOffset? EndedAt { get; init; }

    /// <inheritdoc cref="CallRecord.Direction" />
    public string? Direction { get; init; }

    /// <inheritdoc cref="CallRecord.Caller" />
    public string? From { get; init; }

    /// <inheritdoc cref="CallRecord.Called" />
    public string? To { get; init; }

    /// <inheritdoc cref="CallRecord.Agent" />
    public string? Agent { get; init; }

    /// <inheritdoc cref="CallRecord.Status" />
    public string? Status { get; init; }

    /// <inheritdoc cref="CallRecord.DurationSeconds" />
    public int? DurationSeconds { get; init; }

    /// <summary>Why its newest stream ended.</summary>
    public EndReason? EndReason { get; init; }

    /// <summary>How many streams it has had.</summary>
    public int Attempts { get; init; }

    /// <summary>Turns of both sides.</summary>
    public int Turns { get; init; }

    /// <inheritdoc cref="CallRecord.EstimatedCostUsd" />
    public decimal? EstimatedCostUsd { get; init; }

    /// <summary>A call's line in the list; null for one of which nothing is known any more, or never was.</summary>
    internal static CallSummary? Of(CallRecord record) => record.BeganAt is null || record.RemovedAt is not null ? null : new CallSummary
    {
        CallSid = record.CallSid,
        BeganAt = record.BeganAt,
        EndedAt = record.EndedAt,
        Direction = record.Direction,
        From = record.Caller,
        To = record.Called,
        Agent = record.Agent,
        Status = record.Status,
        DurationSeconds = record.DurationSeconds,
        EndReason = record.End?.Reason,
        Attempts = record.Attempts.Count,
        Turns = record.Transcript.Count,
        EstimatedCostUsd = record.EstimatedCostUsd,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CallPage))]
internal sealed partial class CallPageJson : JsonSerializerContext;
