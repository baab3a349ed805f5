using System.Globalization;

namespace PhoneAgent.Simulator.Phone;

/// <summary>
/// The form fields Twilio sends with the requests of one call.
/// Source: https://www.twilio.com/docs/voice/twiml#request-parameters
/// </summary>
internal sealed class CallForm(PhoneSettings settings, string callSid)
{
    private readonly string _direction = settings.Direction == CallDirection.Inbound ? "inbound" : "outbound-api";

    /// <summary>What accompanies a request for TwiML.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ForTwiml(string callStatus, params IEnumerable<(string Name, string Value)> more)
    {
        List<KeyValuePair<string, string>> form =
        [
            new("AccountSid", settings.AccountSid),
            new("ApiVersion", "2010-04-01"),
            new("CallSid", callSid),
            new("CallStatus", callStatus),
            new("Called", settings.To),
            .. Place("Called"),
            new("Caller", settings.From),
            .. Place("Caller"),
            new("Direction", _direction),
            new("From", settings.From),
            .. Place("From"),
            new("To", settings.To),
            .. Place("To"),
        ];
        if (settings is { Direction: CallDirection.Inbound })
        {
            form.Add(new("StirVerstat", "TN-Validation-Passed-A"));
        }

        if (settings.AnsweredBy is { } answeredBy)
        {
            form.Add(new("AnsweredBy", answeredBy));
        }

        form.AddRange(more.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        return form;
    }

    /// <summary>What reports the call's progress. Source: https://www.twilio.com/docs/voice/api/call-resource#statuscallback</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ForStatus(string callStatus, int sequenceNumber, DateTimeOffset at, params IEnumerable<(string Name, string Value)> more) =>
        ForTwiml(
            callStatus,
            more.Concat(
            [
                ("CallbackSource", "call-progress-events"),
                ("SequenceNumber", sequenceNumber.ToString(CultureInfo.InvariantCulture)),
                ("Timestamp", at.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture)),
            ]));

    /// <summary>What reports the stream's progress. Source: https://www.twilio.com/docs/voice/twiml/stream#statuscallback</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ForStream(string streamSid, string streamName, string streamEvent, DateTimeOffset at, string? error)
    {
        List<KeyValuePair<string, string>> form =
        [
            new("AccountSid", settings.AccountSid),
            new("CallSid", callSid),
            new("StreamSid", streamSid),
            new("StreamName", streamName),
            new("StreamEvent", streamEvent),
            new("Timestamp", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
        ];
        if (error is not null)
        {
            form.Add(new("StreamError", error));
        }

        return form;
    }

    private static IEnumerable<KeyValuePair<string, string>> Place(string party) =>
    [
        new($"{party}City", "SAN FRANCISCO"),
        new($"{party}Country", "US"),
        new($"{party}State", "CA"),
        new($"{party}Zip", "94105"),
    ];
}
