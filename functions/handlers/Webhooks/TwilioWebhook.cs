using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PhoneAgent.Core;
using PhoneAgent.Core.Configuration;

namespace PhoneAgent.Handlers.Webhooks;

/// <summary>What all of Twilio's webhooks have in common: the proof before the answer, and an answer whatever breaks.</summary>
public sealed class TwilioWebhook(IOptionsMonitor<TwilioSettings> twilio, IOptionsMonitor<PhoneAgentSettings> phoneAgent, ILogger<TwilioWebhook> logger)
{
    /// <summary>Answers a webhook that is Twilio's; turns any other away with a bare status.</summary>
    /// <param name="request">As it came.</param>
    /// <param name="answer">Answers the proven form.</param>
    /// <param name="otherwise">Answers when <paramref name="answer"/> broke, without a word about why.</param>
    /// <param name="webhook">Whose method asks; names the span.</param>
    internal async Task<IResult> AnswerAsync(HttpRequest request, Func<TwilioForm, CancellationToken, Task<IResult>> answer, Func<IResult> otherwise, [CallerMemberName] string webhook = "")
    {
        var cancellation = request.HttpContext.RequestAborted;
        var (form, refusal) = await ReadAsync(request, cancellation).ConfigureAwait(false);
        if (form is null)
        {
            return Refuse(refusal!.Value);
        }

        using var span = CallSpans.Begin(form.CallSid, "webhook " + webhook.Replace("Async", "", StringComparison.Ordinal), ActivityKind.Server);
        span?.SetTag("phoneagent.call_sid", form.CallSid.Value);
        using var scope = logger.BeginScope(new KeyValuePair<string, object>[] { new("CallSid", form.CallSid.Value) });
        try
        {
            return await answer(form, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Results.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
#pragma warning disable CA1031 // whatever the bug is, the caller hears a sentence instead of Twilio's "application error"
        catch (Exception broken)
#pragma warning restore CA1031
        {
            logger.WebhookBroke(broken);
            span?.SetStatus(ActivityStatusCode.Error);
            return otherwise();
        }
    }

    /// <summary>Turns a webhook away.</summary>
    internal IResult Refuse(WebhookRefusal refusal)
    {
        var reason = refusal.ToString();
        logger.WebhookRefused(reason);
        Telemetry.Refusals.Add(1, new KeyValuePair<string, object?>("reason", "webhook." + reason));
        return Results.StatusCode(refusal switch
        {
            WebhookRefusal.Method => StatusCodes.Status405MethodNotAllowed,
            WebhookRefusal.ContentType => StatusCodes.Status415UnsupportedMediaType,
            WebhookRefusal.TooLarge => StatusCodes.Status413PayloadTooLarge,
            WebhookRefusal.CallSid or WebhookRefusal.Field => StatusCodes.Status400BadRequest,
            _ => StatusCodes.Status403Forbidden,
        });
    }

    // The server's own refusals (a limit of its own, a body cut short) come as exceptions with a status.
    private async Task<(TwilioForm? Form, WebhookRefusal? Refusal)> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            return await TwilioRequest.ReadAsync(request, twilio.CurrentValue, phoneAgent.CurrentValue.WebhookBaseUrl, cancellation).ConfigureAwait(false);
        }
        catch (BadHttpRequestException refused)
        {
            return (null, refused.StatusCode == StatusCodes.Status413PayloadTooLarge ? WebhookRefusal.TooLarge : WebhookRefusal.Field);
        }
    }
}
