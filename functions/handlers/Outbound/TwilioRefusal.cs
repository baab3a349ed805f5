namespace PhoneAgent.Handlers.Outbound;

/// <summary>Twilio's no to an outbound call.</summary>
/// <param name="Code">Twilio's error number; null when its answer held none.</param>
/// <param name="HttpStatus">The answer's status; 0 when Twilio could not be asked at all.</param>
public sealed record TwilioRefusal(int? Code, int HttpStatus)
{
    /// <summary>No connection to Twilio came about, so nobody was called.</summary>
    public static TwilioRefusal Unreachable { get; } = new(null, 0);

    /// <summary>What it means. Source: https://www.twilio.com/docs/api/errors</summary>
    public RefusalExplanation Explain() => Code switch
    {
        20003 => No("Twilio does not accept the account's credentials, or they lack the permission. Check the Twilio__ settings."),
        20429 => Again("Twilio gets too many requests from this account."),
        20500 or 20503 => Again("Twilio has trouble of its own."),
        21201 or 21211 or 21217 => No("Twilio does not take the called number for a phone number."),
        21205 => No("Twilio does not accept the webhook address. Check PhoneAgent__WebhookBaseUrl."),
        21210 => No("The calling number is not verified with Twilio. Check Twilio__PhoneNumber."),
        21212 => No("The calling number is not one of the account's. Check Twilio__PhoneNumber."),
        21202 => No("The called number is a premium number, which Twilio does not call."),
        21214 => No("The called number cannot be reached."),
        21216 => No("Twilio has blocked the called number."),
        21203 or 21215 or 13227 => No("The account may not call that region. See the geographic permissions in the Twilio console."),
        21219 => No("A Twilio trial account calls verified numbers only."),
        21220 or 20404 => No("The call is over already."),
        _ => HttpStatus switch
        {
            401 or 403 => No("Twilio does not accept the account's credentials, or they lack the permission. Check the Twilio__ settings."),
            0 => Again("Twilio cannot be reached; nobody was called."),
            429 => Again("Twilio gets too many requests from this account."),
            >= 500 => Again("Twilio has trouble of its own."),
            _ => No("Twilio refused the call."),
        },
    };

    private static RefusalExplanation No(string cause) => new(cause, RetryHelps: false);

    private static RefusalExplanation Again(string cause) => new(cause, RetryHelps: true);
}

/// <summary>What a refusal means for who ordered the call.</summary>
/// <param name="Cause">In words.</param>
/// <param name="RetryHelps">Whether the same order may succeed later; wait longer each time.</param>
public sealed record RefusalExplanation(string Cause, bool RetryHelps);
