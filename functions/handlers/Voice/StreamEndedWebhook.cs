using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Inbound;
using PhoneAgent.Handlers.Webhooks;

namespace PhoneAgent.Handlers.Voice;

/// <summary><c>POST voice/stream-ended</c>: a stream or a dialled leg ended, and Twilio asks what now.</summary>
public sealed class StreamEndedWebhook(TwilioWebhook webhook, ICallLog log, CallAnswers answers, CallControl control, CallerLimits callers, ILogger<StreamEndedWebhook> logger)
{
    /// <summary>Answers Twilio.</summary>
    public Task<IResult> StreamEndedAsync(HttpRequest request) => webhook.AnswerAsync(request, DecideAsync, answers.Apologise);

    private async Task<IResult> DecideAsync(TwilioForm form, CancellationToken cancellation)
    {
        await callers.ReleaseAsync(form, cancellation).ConfigureAwait(false);
        var record = await TryReadAsync(form.CallSid, cancellation).ConfigureAwait(false);
        return await control.ContinueAsync(form, record, new StreamEndedFields(form["CallStatus"], form["DialCallStatus"], Bridged(form["DialBridged"])), cancellation).ConfigureAwait(false);
    }

    private static bool? Bridged(string? text) => bool.TryParse(text, out var bridged) ? bridged : null;

    private async Task<CallRecord?> TryReadAsync(CallSid callSid, CancellationToken cancellation)
    {
        try
        {
            return CallRecord.From(callSid, await log.ReadAsync(callSid, cancellation).ConfigureAwait(false));
        }
        catch (CallLogUnavailableException unavailable)
        {
            logger.CallLogUnavailable(unavailable);
            return null;
        }
    }
}
