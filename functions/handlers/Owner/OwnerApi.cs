using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Handlers.Owner;

/// <summary>What the owner may ask about calls, and have removed. Who asks is proven before: by the Functions platform, or by <see cref="OwnerKeys"/>.</summary>
public sealed class OwnerApi(ICallLog log, TimeProvider time, ILogger<OwnerApi> logger)
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
