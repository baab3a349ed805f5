using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Handlers.Owner;

/// <summary>What the owner may ask about calls. Who asks is proven before: by the Functions platform, or by <see cref="OwnerKeys"/>.</summary>
public sealed class OwnerApi(ICallLog log, ILogger<OwnerApi> logger)
{
    /// <summary><c>GET calls/{callSid}</c>: one call's record.</summary>
    public Task<IResult> GetCallAsync(HttpRequest request) => GuardAsync(async () =>
    {
        if (!CallSid.TryParse(request.RouteValues["callSid"] as string, out var callSid))
        {
            return Problem(StatusCodes.Status400BadRequest, "That is no CallSid.", "A CallSid is CA and 32 hexadecimal digits.");
        }

        var events = await log.ReadAsync(callSid, request.HttpContext.RequestAborted).ConfigureAwait(false);
        return events.Count == 0
            ? Problem(StatusCodes.Status404NotFound, "There is no such call.", "Nothing is known of it, or it was removed.")
            : Results.Json(CallRecord.From(callSid, events), CallRecordJson.Default.CallRecord);
    });

    /// <summary>Problem details as RFC 9457 has them.</summary>
    internal static IResult Problem(int status, string title, string detail) => Results.Problem(detail, statusCode: status, title: title);

    private async Task<IResult> GuardAsync(Func<Task<IResult>> answer)
    {
        try
        {
            return await answer().ConfigureAwait(false);
        }
        catch (CallLogUnavailableException unavailable)
        {
            logger.OwnerRequestBroke(unavailable);
            return Problem(StatusCodes.Status503ServiceUnavailable, "The call log is unavailable.", "Try again later.");
        }
#pragma warning disable CA1031 // whatever the bug is, outsiders read nothing of it
        catch (Exception broken) when (broken is not OperationCanceledException)
#pragma warning restore CA1031
        {
            logger.OwnerRequestBroke(broken);
            return Problem(StatusCodes.Status500InternalServerError, "Something broke.", "It was logged.");
        }
    }
}
