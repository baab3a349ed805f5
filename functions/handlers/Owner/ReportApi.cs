using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Recordings;

namespace PhoneAgent.Handlers.Owner;

/// <summary><c>GET calls/{callSid}/report</c>: one call as a page. Who asks is proven before, as for <see cref="OwnerApi"/>.</summary>
public sealed class ReportApi(ICallLog log, IRecordingStore recordings, ILogger<ReportApi> logger)
{
    /// <summary>Answers the owner.</summary>
    public Task<IResult> GetReportAsync(HttpRequest request) => OwnerAnswers.GuardAsync(logger, async () =>
    {
        if (!CallSid.TryParse(request.RouteValues["callSid"] as string, out var callSid))
        {
            return OwnerAnswers.Problem(StatusCodes.Status400BadRequest, "That is no CallSid.", "A CallSid is CA and 32 hexadecimal digits.");
        }

        var events = await log.ReadAsync(callSid, request.HttpContext.RequestAborted).ConfigureAwait(false);
        var record = CallRecord.From(callSid, events);
        if (events.Count == 0 || record.RemovedAt is not null)
        {
            return OwnerAnswers.Problem(StatusCodes.Status404NotFound, "There is no such call.", "Nothing is known of it, or it was removed.");
        }

        // The link has no key: a report may be kept and shown around.
        var recorded = await recordings.ListAsync(callSid, request.HttpContext.RequestAborted).ConfigureAwait(false);
        return Results.Content(ReportPage.Of(record, recorded.Count > 0 ? "recording" : null), "text/html; charset=utf-8")
            .WithHeader("Content-Security-Policy", ReportStyle.HeaderPolicy)
            .WithHeader("X-Content-Type-Options", "nosniff")
            .WithHeader("Referrer-Policy", "no-referrer")
            .WithHeader("Cache-Control", "no-store");
    });
}
