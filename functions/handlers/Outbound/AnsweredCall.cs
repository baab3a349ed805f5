using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Handlers.Owner;
using PhoneAgent.Handlers.Voice;
using PhoneAgent.Handlers.Webhooks;

namespace PhoneAgent.Handlers.Outbound;

/// <summary>Why an outbound call that was answered is hung up.</summary>
public enum AnsweredCallRefusal
{
    /// <summary>Its address names no request, or several.</summary>
    NoRequest,

    /// <summary>There is no such request.</summary>
    UnknownRequest,

    /// <summary>The request became another call.</summary>
    OtherCall,

    /// <summary>The call goes to another number than the request, or comes in.</summary>
    OtherNumber,

    /// <summary>Outbound__Enabled was switched off meanwhile.</summary>
    SwitchedOff,
}

/// <summary>Knows which request an outbound call belongs to, by <c>?request=</c> in the address Twilio signed, and what a machine hears.</summary>
public sealed class AnsweredCall(
    OutboundCalls calls, ICallLog log, IOptionsMonitor<OutboundSettings> settings, TimeProvider time, ILogger<AnsweredCall> logger)
{
    /// <summary>Whether the address speaks of a request at all.</summary>
    internal static bool IsOne(HttpRequest request) => request.Query.ContainsKey(RequestId.QueryName);

    /// <summary>Binds the call to its request.</summary>
    internal async Task<(OutboundRequest? Request, AnsweredCallRefusal? Refusal)> BindAsync(HttpRequest request, TwilioForm form, CancellationToken cancellation)
    {
        if (request.Query[RequestId.QueryName] is not [{ } text] || !RequestId.TryParse(text, out var id))
        {
            return (null, AnsweredCallRefusal.NoRequest);
        }

        // Looked at before it is bound: a call that is not the request's must not take its place.
        if (await calls.FindAsync(id, cancellation).ConfigureAwait(false) is not { } ordered)
        {
            return (null, AnsweredCallRefusal.UnknownRequest);
        }

        if (ordered.To != form["To"] || form["Direction"]?.StartsWith("outbound", StringComparison.Ordinal) != true)
        {
            return (null, AnsweredCallRefusal.OtherNumber);
        }

        var bound = await calls.BindAsync(id, form.CallSid, form["CallStatus"], cancellation).ConfigureAwait(false);
        return bound?.CallSid == form.CallSid ? (bound, null) : (null, AnsweredCallRefusal.OtherCall);
    }

    /// <summary>Binds a call that was answered, and ends it when a machine or a refusal says so; null: it is to be connected.</summary>
    internal async Task<IResult?> EndOrBindAsync(HttpRequest request, TwilioForm form, CancellationToken cancellation)
    {
        var (bound, refusal) = await BindAsync(request, form, cancellation).ConfigureAwait(false);
        if (bound is null)
        {
            return Refuse(refusal!.Value);
        }

        if (!settings.CurrentValue.Enabled)
        {
            return Refuse(AnsweredCallRefusal.SwitchedOff);
        }

        var answeredBy = form["AnsweredBy"];
        var choice = AnswerChoices.For(bound.Voicemail, answeredBy);
        if (choice == AnswerChoice.Connect)
        {
            return null;
        }

        var record = CallRecord.From(form.CallSid, await log.ReadAsync(form.CallSid, cancellation).ConfigureAwait(false));
        if (record.Voicemail is null)
        {
            var reached = new VoicemailReached(answeredBy!, choice == AnswerChoice.SpeakMessage) { At = time.GetUtcNow() };
            await log.AppendAsync(form.CallSid, [reached], cancellation).ConfigureAwait(false);
            logger.MachineAnswered(answeredBy!, choice);
        }

        return choice == AnswerChoice.SpeakMessage ? CallAnswers.SpeakAndHangUp(bound.Message) : CallAnswers.HangUp();
    }

    // Somebody is on the line already: a bare status would have Twilio read an error to them.
    private IResult Refuse(AnsweredCallRefusal refusal)
    {
        logger.OutboundCallRefused(refusal);
        OwnerAnswers.Count("outbound." + refusal);
        return CallAnswers.HangUp();
    }
}
