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
    TwilioWebhook webhook, ICallLog log, CallAnswers answers, TransferTargets targets, AgentProfiles profiles, TimeProvider time, ILogger<WhisperWebhook> logger)
{
    private const string AcceptKey = "1";

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
        if (!person.Accept || form["Digits"] is not { } key)
        {
            var (words, voice) = WhisperWords.For(profiles.Find(record.CurrentAgent ?? "")?.Language);
            var about = words.About(record.Direction?.StartsWith("outbound", StringComparison.Ordinal) == true ? record.Called : record.Caller, transfer.Reason);
            return person.Accept ? answers.AskToAccept($"{about} {words.Accept}", voice) : CallAnswers.Tell(about, voice);
        }

        var accepted = key == AcceptKey;
        if (transfer.Accepted is null)
        {
            await log.AppendAsync(record.CallSid, [new TransferAnswered(accepted) { At = time.GetUtcNow() }], cancellation).ConfigureAwait(false);
            logger.TransferAnswered(accepted);
        }

        return accepted ? CallAnswers.Nothing() : CallAnswers.HangUp();
    }
}
