using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Handlers.Owner;

/// <summary>What the owner may ask about calls. Who asks is proven before: by the Functions platform, or by <see cref="OwnerKeys"/>.</summary>
public sealed class OwnerApi(ICallLog log, ILogger<OwnerApi> logger)
{
    /// <summary><c>GET calls/{callSid}</c>: one call's record.</summary>
    public Task<IResult> GetCallAsync(HttpRequest request) => OwnerAnswers.GuardAsync(logger, async () =>
    {
        if (!CallSid.TryParse(request.RouteValues["callSid"] as string, out var callSid))
        {
            return OwnerAnswers.Problem(StatusCodes.Status400BadRequest, "That is no CallSid.", "A CallSid is CA and 32 hexadecimal digits.");
        }

        var events = await log.ReadAsync(callSid, request.HttpContext.RequestAborted).ConfigureAwait(false);
        var record = CallRecord.From(callSid, events);
        return events.Count == 0 || record.RemovedAt is not null
            ? OwnerAnswers.Problem(StatusCodes.Status404NotFound, "There is no such call.", "Nothing is known of it, or it was removed.")
            : Results.Json(record, CallRecordJson.Default.CallRecord);
    });
}
