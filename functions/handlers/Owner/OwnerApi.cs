using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Recordings;

namespace PhoneAgent.Handlers.Owner;

/// <summary>What the owner may ask about calls, and have removed. Who asks is proven before: by the Functions platform, or by <see cref="OwnerKeys"/>.</summary>
public sealed class OwnerApi(ICallLog log, IRecordingStore recordings, TimeProvider time, ILogger<OwnerApi> logger)
{
    /// <summary><c>GET calls?day=&amp;after=</c>: a page of the calls that began on a UTC day, today's by default.</summary>
    public Task<IResult> ListCallsAsync(HttpRequest request) => OwnerAnswers.GuardAsync(logger, async () =>
    {
        if (!CallPage.TryParse(request.Query, time.GetUtcNow(), out var day, out var after))
        {
            return OwnerAnswers.Problem(StatusCodes.Status400BadRequest, "That is no page of calls.", "day is a UTC day like 2026-11-20, after the CallSid that the page before named as next.");
        }

        var page = await CallPage.ReadAsync(log, day, after, request.HttpContext.RequestAborted).ConfigureAwait(false);
        return Results.Json(page, CallPageJson.Default.CallPage);
    });

    /// <summary><c>GET calls/{callSid}</c>: one call's record.</summary>
    public Task<IResult> GetCallAsync(HttpRequest request) => AboutCallAsync(request, async (callSid, cancellation) =>
    {
        var events = await log.ReadAsync(callSid, cancellation).ConfigureAwait(false);
        var record = CallRecord.From(callSid, events);
        return events.Count == 0 || record.RemovedAt is not null ? Unknown() : Results.Json(record, CallRecordJson.Default.CallRecord);
    });

    /// <summary><c>GET calls/{callSid}/recording</c>: what was recorded of a call, all its streams one after the other, as WAV.</summary>
    public Task<IResult> GetRecordingAsync(HttpRequest request) => AboutCallAsync(request, async (callSid, cancellation) =>
    {
        var recorded = await recordings.ListAsync(callSid, cancellation).ConfigureAwait(false);
        return recorded.Count == 0
            ? OwnerAnswers.Problem(StatusCodes.Status404NotFound, "There is no recording.", "The agent does not record, nothing is known of the call, or it was removed.")
            : Results.Stream(
                async to =>
                {
                    await to.WriteAsync(StereoWav.Header(recorded.Sum(one => one.Length)), cancellation).ConfigureAwait(false);
                    foreach (var one in recorded)
                    {
                        await recordings.CopyAsync(one, to, cancellation).ConfigureAwait(false);
                    }
                },
                "audio/wav",
                $"{callSid}.wav");
    });

    /// <summary><c>DELETE calls/{callSid}</c>: removes everything that is kept about a call.</summary>
    public Task<IResult> RemoveCallAsync(HttpRequest request) => AboutCallAsync(request, async (callSid, cancellation) =>
    {
        if (!await log.RemoveAsync(callSid, time.GetUtcNow(), cancellation).ConfigureAwait(false))
        {
            return Unknown();
        }

        logger.CallRemoved(callSid.Value);
        return Results.NoContent();
    });

    private static IResult Unknown() => OwnerAnswers.Problem(StatusCodes.Status404NotFound, "There is no such call.", "Nothing is known of it, or it was removed.");

    private Task<IResult> AboutCallAsync(HttpRequest request, Func<CallSid, CancellationToken, Task<IResult>> answer) => OwnerAnswers.GuardAsync(logger, () =>
        CallSid.TryParse(request.RouteValues["callSid"] as string, out var callSid)
            ? answer(callSid, request.HttpContext.RequestAborted)
            : Task.FromResult(OwnerAnswers.Problem(StatusCodes.Status400BadRequest, "That is no CallSid.", "A CallSid is CA and 32 hexadecimal digits.")));
}
