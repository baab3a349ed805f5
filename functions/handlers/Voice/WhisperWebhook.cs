using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Webhooks;

namespace PhoneAgent.Handlers.Voice;

/// <summary>
/// <c>POST voice/whisper</c>: a dialled person picked up, and hears who calls and why before the caller hears them. The
/// request is about their leg of the call; the caller's is its parent. Whom no dialled transfer explains is hung up on.
/// </summary>
public sealed class WhisperWebhook(
    TwilioWebhook webhook, ICallLog log, CallAnswers answers, TransferTargets targets, TimeProvider time, ILogger<WhisperWebhook> logger)
{
    private const string AcceptKey = "1";
    private const int MaxReasonLength = 200;

    /// <summary>Answers Twilio.</summary>
    public Task<IResult> WhisperAsync(HttpRequest request) => webhook.AnswerAsync(request, TellAsync, CallAnswers.HangUp);

    private async Task<IResult> TellAsync(TwilioForm form, CancellationToken cancellation)
    {
        if (!CallSid.TryParse(form["ParentCallSid"], out var parent))
        {
            return webhook.Refuse(WebhookRefusal.CallSid);
        }

        using var scope = logger.BeginScope(new KeyValuePair<string, object>[] { new("ParentCallSid", parent.Value) });
        try
        {
            var record = CallRecord.From(parent, await log.ReadAsync(parent, cancellation).ConfigureAwait(false));
            return record.Transfers is [.., { DialedAt: not null, Outcome: null } transfer] && targets(record.CurrentAgent ?? "", transfer.Target) is { } person
                ? await AnswerAsync(form, record, transfer, person, cancellation).ConfigureAwait(false)
                : CallAnswers.HangUp();
        }
        catch (CallLogUnavailableException unavailable)
        {
            logger.CallLogUnavailable(unavailable);
            return CallAnswers.HangUp();
        }
    }

    private async Task<IResult> AnswerAsync(TwilioForm form, CallRecord record, CallTransfer transfer, TransferTarget person, CancellationToken cancellation)
    {
        if (!person.Accept)
        {
            return CallAnswers.Tell(About(record, transfer));
        }

        if (form["Digits"] is not { } key)
        {
            return answers.AskToAccept(About(record, transfer));
        }

        var accepted = key == AcceptKey;
        if (transfer.Accepted is null)
        {
            await log.AppendAsync(record.CallSid, [new TransferAnswered(accepted) { At = time.GetUtcNow() }], cancellation).ConfigureAwait(false);
            logger.TransferAnswered(accepted);
        }

        return accepted ? CallAnswers.Nothing() : CallAnswers.HangUp();
    }

    // The other side of the call, digit by digit, and the model's words for why: both are data, and both are bounded.
    private static string About(CallRecord record, CallTransfer transfer)
    {
        var other = record.Direction?.StartsWith("outbound", StringComparison.Ordinal) == true ? record.Called : record.Caller;
        var number = PhoneNumber.IsE164(other) ? string.Join(' ', other![1..].AsEnumerable()) : "a withheld number";
        var about = $"This is the phone assistant, with a call from {number}.";
        var reason = transfer.Reason.Length <= MaxReasonLength ? transfer.Reason : transfer.Reason[..MaxReasonLength];
        return string.IsNullOrWhiteSpace(reason) ? about : $"{about} The reason: {reason.Trim().TrimEnd('.')}.";
    }
}
