using PhoneAgent.Handlers.Outbound;
using PhoneAgent.Simulator.Phone;

namespace PhoneAgent.Simulator.Outbound;

/// <summary>Turns an order for a call into the call that the simulated phone holds.</summary>
internal static class OutboundLine
{
    /// <summary>The order's numbers, addresses and limit on the account and the way of <paramref name="phone"/>.</summary>
    public static PhoneSettings For(PhoneSettings phone, CallToPlace call, CalleeAnswer answer)
    {
        // Below the known public origin requests travel to its local twin; any other address is where it says.
        var isOurs = phone.PublicBaseUrl is { } known && known.Authority == call.AnswerUrl.Authority;
        return phone with
        {
            Direction = CallDirection.OutboundApi,
            CallSid = Sids.New("CA", phone.Random),
            From = call.From,
            To = call.To,
            IncomingUrl = isOurs ? new Uri(Origin(phone.IncomingUrl) + call.AnswerUrl.PathAndQuery) : call.AnswerUrl,
            PublicBaseUrl = isOurs ? new Uri(Origin(call.AnswerUrl)) : null,
            StatusCallbackUrl = call.StatusUrl,
            StatusCallbackEvents = CallToPlace.StatusEvents,
            AnsweredBy = AnsweredBy(call.Detection, answer),
            Unanswered = answer switch
            {
                CalleeAnswer.Busy => "busy",
                CalleeAnswer.NoAnswer => "no-answer",
                _ => null,
            },
            TimeLimit = TimeSpan.FromSeconds(call.TimeLimitSeconds),
        };
    }

    // Source: https://www.twilio.com/docs/voice/answering-machine-detection
    private static string? AnsweredBy(MachineDetection detection, CalleeAnswer answer) => (detection, answer) switch
    {
        (MachineDetection.None, _) or (_, CalleeAnswer.Busy or CalleeAnswer.NoAnswer) => null,
        (_, CalleeAnswer.Person) => "human",
        (MachineDetection.Enable, _) => "machine_start",
        _ => "machine_end_beep",
    };

    private static string Origin(Uri url) => url.GetLeftPart(UriPartial.Authority);
}
