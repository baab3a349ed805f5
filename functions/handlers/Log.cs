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
}
