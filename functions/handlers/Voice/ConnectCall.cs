using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Inbound;
using PhoneAgent.Handlers.Outbound;
using PhoneAgent.Handlers.Webhooks;

namespace PhoneAgent.Handlers.Voice;

/// <summary><c>POST voice/incoming</c>: a call came in, or an outbound one was answered, and is connected to the relay.</summary>
public sealed class ConnectCall(
    TwilioWebhook webhook, ICallLog log, CallAnswers answers, CallControl control, CallerLimits callers, AnsweredCall outbound, TimeProvider time, ILogger<ConnectCall> logger)
{
    /// <summary>Answers Twilio.</summary>
    public Task<IResult> IncomingAsync(HttpRequest request) =>
        webhook.AnswerAsync(request, (form, cancellation) => ConnectAsync(request, form, cancellation), answers.Apologise);

    private async Task<IResult> ConnectAsync(HttpRequest request, TwilioForm form, CancellationToken cancellation)
    {
        try
        {
            if (callers.IsBlocked(form))
            {
                callers.Refuse(CallerRefusal.Blocked);
                return CallAnswers.Reject();
            }

            if (AnsweredCall.IsOne(request) && await outbound.EndOrBindAsync(request, form, cancellation).ConfigureAwait(false) is { } end)
            {
                return end;
            }

            var record = CallRecord.From(form.CallSid, await log.ReadAsync(form.CallSid, cancellation).ConfigureAwait(false));
            return record.RemovedAt is not null ? CallAnswers.HangUp()
                : record.NewestOffered is { Offer: { } offer } newest ? await RepeatAsync(form, record, newest, offer, cancellation).ConfigureAwait(false)
                : await OfferFirstAsync(form, record, cancellation).ConfigureAwait(false);
        }
        catch (CallLogUnavailableException unavailable)
        {
            logger.CallLogUnavailable(unavailable);
            return answers.Apologise();
        }
    }

    private async Task<IResult> OfferFirstAsync(TwilioForm form, CallRecord record, CancellationToken cancellation)
    {
        if (!await callers.TryAdmitAsync(form, cancellation).ConfigureAwait(false))
        {
            callers.Refuse(CallerRefusal.TooManyCalls);
            return CallAnswers.Reject("busy");
        }

        // An outbound call was announced when it was bound to its request.
        var (from, to) = (form["From"] ?? "", form["To"] ?? "");
        var agent = record.Agent ?? answers.AgentFor(to);
        var offer = answers.NewOffer(1, agent);
        CallEvent[] received = record.Direction is null ? [new CallReceived(form["Direction"] ?? "inbound", from, to, agent) { At = time.GetUtcNow() }] : [];
        await log.AppendAsync(form.CallSid, [.. received, offer], cancellation).ConfigureAwait(false);
        logger.CallOffered(MaskedNumber.Of(from), MaskedNumber.Of(to), agent, offer.Attempt);
        return answers.Greet(form.CallSid, offer);
    }

    // Twilio asks again when the first answer did not arrive in time, or at the number's fallback address. A stream that
    // can still be taken up is offered again as it is; otherwise the call has got further, and is decided like any other.
    private Task<IResult> RepeatAsync(TwilioForm form, CallRecord record, CallAttempt newest, StreamOffered offer, CancellationToken cancellation)
    {
        if (!newest.Started && time.GetUtcNow() < offer.ExpiresAt)
        {
            logger.OfferRepeated(offer.Attempt);
            return Task.FromResult(answers.Greet(form.CallSid, offer));
        }

        var status = form["CallStatus"] is "ringing" ? "in-progress" : form["CallStatus"];
        return control.ContinueAsync(form, record, new StreamEndedFields(status, DialCallStatus: null), cancellation);
    }
}
