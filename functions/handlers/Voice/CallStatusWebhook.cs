using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Closing;
using PhoneAgent.Handlers.Inbound;
using PhoneAgent.Handlers.Outbound;
using PhoneAgent.Handlers.Webhooks;

namespace PhoneAgent.Handlers.Voice;

/// <summary><c>POST voice/status</c>: the call's status changed. For an outbound call that nobody answers it is all there is.</summary>
public sealed class CallStatusWebhook(
    TwilioWebhook webhook, ICallLog log, CallerLimits callers, AnsweredCall outbound, CallClosing closing, TimeProvider time, ILogger<CallStatusWebhook> logger)
{
    /// <summary>Answers Twilio.</summary>
    public Task<IResult> StatusAsync(HttpRequest request) =>
        webhook.AnswerAsync(request, (form, cancellation) => NoteAsync(request, form, cancellation), () => Results.StatusCode(StatusCodes.Status500InternalServerError));

    private async Task<IResult> NoteAsync(HttpRequest request, TwilioForm form, CancellationToken cancellation)
    {
        // A number's own status callback carries no SequenceNumber; the fold then keeps the order of arrival.
        var sequenceNumber = Whole(form["SequenceNumber"]) ?? 0;
        if (form["CallStatus"] is not { } status)
        {
            return webhook.Refuse(WebhookRefusal.Field);
        }

        try
        {
            if (AnsweredCall.IsOne(request))
            {
                await outbound.BindAsync(request, form, cancellation).ConfigureAwait(false);
            }

            var events = await log.ReadAsync(form.CallSid, cancellation).ConfigureAwait(false);
            if (events.Count == 0 && callers.WasRejected(form))
            {
                return Results.NoContent();
            }

            if (!CallRecord.From(form.CallSid, events).Statuses.Any(one => one.SequenceNumber == sequenceNumber && one.Status == status))
            {
                var changed = new StatusChanged(status, sequenceNumber, Whole(form["CallDuration"]), form["AnsweredBy"]) { At = time.GetUtcNow() };
                await log.AppendAsync(form.CallSid, [changed], cancellation).ConfigureAwait(false);
                logger.StatusChanged(status, sequenceNumber);
            }

            await callers.ReleaseAsync(form, cancellation).ConfigureAwait(false);
            if (CallStatuses.IsFinal(status))
            {
                await closing.CloseAsync(form.CallSid).ConfigureAwait(false);
            }

            return Results.NoContent();
        }
        catch (CallLogUnavailableException unavailable)
        {
            logger.StatusLost(unavailable);
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static int? Whole(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
