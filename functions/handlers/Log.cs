using Microsoft.Extensions.Logging;

namespace PhoneAgent.Handlers;

/// <summary>Every line the handlers log. Numbers come masked; tickets, signatures and nonces do not come at all.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Webhook refused: {Reason}")]
    public static partial void WebhookRefused(this ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Error, "Webhook broke; an apology is answered")]
    public static partial void WebhookBroke(this ILogger logger, Exception broken);

    [LoggerMessage(3, LogLevel.Information, "Call from {From} to {To}: agent {Agent}, attempt {Attempt} offered")]
    public static partial void CallOffered(this ILogger logger, string from, string to, string agent, int attempt);

    [LoggerMessage(4, LogLevel.Information, "Repeated webhook: attempt {Attempt} is offered again")]
    public static partial void OfferRepeated(this ILogger logger, int attempt);

    [LoggerMessage(5, LogLevel.Error, "The call log is unavailable; an apology is answered")]
    public static partial void CallLogUnavailable(this ILogger logger, Exception unavailable);

    [LoggerMessage(6, LogLevel.Information, "Stream ended: {Row}, answered with {Answer}")]
    public static partial void StreamDecided(this ILogger logger, Voice.DecisionRow row, string answer);

    [LoggerMessage(7, LogLevel.Information, "Call status {Status} (number {SequenceNumber})")]
    public static partial void StatusChanged(this ILogger logger, string status, int sequenceNumber);

    [LoggerMessage(8, LogLevel.Error, "The owner's request broke")]
    public static partial void OwnerRequestBroke(this ILogger logger, Exception broken);

    [LoggerMessage(9, LogLevel.Warning, "Owner's request refused: no key, or a wrong one")]
    public static partial void OwnerKeyRefused(this ILogger logger);

    [LoggerMessage(10, LogLevel.Error, "The call log is unavailable; a call status is lost unless Twilio repeats it")]
    public static partial void StatusLost(this ILogger logger, Exception unavailable);

    [LoggerMessage(11, LogLevel.Information, "Call {CallSid} placed to {To}: agent {Agent}")]
    public static partial void CallPlaced(this ILogger logger, string callSid, string to, string agent);

    [LoggerMessage(12, LogLevel.Warning, "Order for a call refused: {Reason}")]
    public static partial void CallRefused(this ILogger logger, Outbound.CreateCallRefusal reason);

    [LoggerMessage(13, LogLevel.Error, "Twilio does not accept the account's credentials; no call can be placed")]
    public static partial void TwilioCredentialsRefused(this ILogger logger);

    [LoggerMessage(14, LogLevel.Error, "The call log is unavailable; the call that was placed is bound to its order by its first webhook")]
    public static partial void CallNotBound(this ILogger logger, Exception unavailable);

    [LoggerMessage(15, LogLevel.Warning, "Outbound call hung up: {Reason}")]
    public static partial void OutboundCallRefused(this ILogger logger, Outbound.AnsweredCallRefusal reason);

    [LoggerMessage(16, LogLevel.Information, "Outbound call answered by {AnsweredBy}: {Choice}")]
    public static partial void MachineAnswered(this ILogger logger, string answeredBy, Outbound.AnswerChoice choice);

    [LoggerMessage(17, LogLevel.Warning, "Inbound call rejected: {Reason}")]
    public static partial void CallerRefused(this ILogger logger, Inbound.CallerRefusal reason);

    [LoggerMessage(18, LogLevel.Error, "The call log is unavailable; a caller's ended call counts on until it expires")]
    public static partial void CallerNotReleased(this ILogger logger, Exception unavailable);

    [LoggerMessage(19, LogLevel.Warning, "Twilio reports an error of a stream")]
    public static partial void StreamFailed(this ILogger logger);

    [LoggerMessage(20, LogLevel.Information, "The dialled person answered; accepted: {Accepted}")]
    public static partial void TransferAnswered(this ILogger logger, bool accepted);

    [LoggerMessage(21, LogLevel.Information, "Everything about call {CallSid} was removed")]
    public static partial void CallRemoved(this ILogger logger, string callSid);

    // One line a call: figures, no content. The saved queries in infra/queries read it by these names.
    [LoggerMessage(60, LogLevel.Information, "Call over: direction={Direction} status={Status} seconds={Seconds} agent={Agent} end={End} streams={Streams} transfers={Transfers} tools={Tools} turns={Turns} interruptions={Interruptions} responseMs={ResponseMs} responseMsMax={ResponseMsMax} tokens={Tokens} streamErrors={StreamErrors}")]
    public static partial void CallOver(
        this ILogger logger, string? direction, string? status, int? seconds, string? agent, string? end, int streams, int transfers, int tools, int turns, int interruptions, int? responseMs, int? responseMsMax, long tokens, int streamErrors);

    [LoggerMessage(61, LogLevel.Information, "The call is summarised")]
    public static partial void CallSummarised(this ILogger logger);

    [LoggerMessage(62, LogLevel.Warning, "No summary: the model could not be asked ({Failure})")]
    public static partial void SummaryFailed(this ILogger logger, string failure);

    [LoggerMessage(63, LogLevel.Warning, "No summary: the model's answer of {Length} characters is not of the shape it was asked for")]
    public static partial void SummaryUnusable(this ILogger logger, int length);

    [LoggerMessage(64, LogLevel.Warning, "The call is not closed: neither reported nor summarised, because its log could not be used ({Failure})")]
    public static partial void CallNotClosed(this ILogger logger, string failure);
}
