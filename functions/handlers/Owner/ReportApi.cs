using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Handlers.Owner;

/// <summary><c>GET calls/{callSid}/report</c>: one call as a page. Who asks is proven before, as for <see cref="OwnerApi"/>.</summary>
public sealed class ReportApi(ICallLog log, ILogger<ReportApi> logger)
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
        return events.Count == 0 || record.RemovedAt is not null
            ? OwnerAnswers.Problem(StatusCodes.Status404NotFound, "There is no such call.", "Nothing is known of it, or it was removed.")
            : Results.Content(ReportPage.Of(record), "text/html; charset=utf-8")
                .WithHeader("Content-Security-Policy", ReportStyle.HeaderPolicy)
                .WithHeader("X-Content-Type-Options", "nosniff")
                .WithHeader("Referrer-Policy", "no-referrer")
                .WithHeader("Cache-Control", "no-store");
    });
}
