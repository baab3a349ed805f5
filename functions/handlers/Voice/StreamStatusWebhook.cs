using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Webhooks;

namespace PhoneAgent.Handlers.Voice;

/// <summary>
/// <c>POST voice/stream-status</c>: Twilio tells how a stream fares. Its beginning and end are known from the relay; what
/// is noted are the errors, which nobody else sees. Source: https://www.twilio.com/docs/voice/twiml/stream#statuscallback
/// </summary>
public sealed class StreamStatusWebhook(TwilioWebhook webhook, ICallLog log, TimeProvider time, ILogger<StreamStatusWebhook> logger)
{
    // Twilio's texts are a sentence or two; the log is no place for more.
    private const int MaxErrorLength = 500;
    private const int MaxSidLength = 64;

    /// <summary>Answers Twilio.</summary>
    public Task<IResult> StreamStatusAsync(HttpRequest request) =>
        webhook.AnswerAsync(request, NoteAsync, () => Results.StatusCode(StatusCodes.Status500InternalServerError));

    private async Task<IResult> NoteAsync(TwilioForm form, CancellationToken cancellation)
    {
        if (form["StreamEvent"] is not { } happened)
        {
            return webhook.Refuse(WebhookRefusal.Field);
        }

        if (happened is not ("stream-error" or "error"))
        {
            return Results.NoContent();
        }

        try
        {
            var (streamSid, error) = (Shortened(form["StreamSid"], MaxSidLength), Shortened(form["StreamError"], MaxErrorLength));
            var known = CallRecord.From(form.CallSid, await log.ReadAsync(form.CallSid, cancellation).ConfigureAwait(false)).StreamErrors;
            if (!known.Any(one => one.StreamSid == streamSid && one.Error == error))
            {
                await log.AppendAsync(form.CallSid, [new StreamFailed(streamSid, error) { At = time.GetUtcNow() }], cancellation).ConfigureAwait(false);
                logger.StreamFailed();
            }

            return Results.NoContent();
        }
        catch (CallLogUnavailableException unavailable)
        {
            logger.StatusLost(unavailable);
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static string Shortened(string? text, int most) => text is null ? "" : text.Length <= most ? text : text[..most];
}
