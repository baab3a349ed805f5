using PhoneAgent.Core.Calls;

namespace PhoneAgent.Handlers.Outbound;

/// <summary>Asks Twilio to call somebody. Two implementations: Twilio's SDK in the function app, and the simulated phone.</summary>
public interface ICallPlacer
{
    /// <summary>
    /// Places a call, once: it tries again by itself only where the first try cannot have dialled (no connection was made, or
    /// Twilio says 429), since a create that seemed to fail may have. Expected failures are results. Gives up on <paramref name="cancellation"/> and then returns <see cref="PlaceResult.NoAnswer"/>.
    /// </summary>
    Task<PlaceResult> PlaceAsync(CallToPlace call, CancellationToken cancellation);
}

/// <summary>A call as Twilio's REST API wants it. Source: https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource</summary>
/// <param name="To">The called number, E.164.</param>
/// <param name="From">The calling number, E.164.</param>
/// <param name="AnswerUrl">Asked by POST for TwiML once the call is answered; to be sent as it is, because it is signed.</param>
/// <param name="StatusUrl">Told by POST about <see cref="StatusEvents"/>; to be sent as it is.</param>
/// <param name="TimeLimitSeconds">Twilio ends the call after so long.</param>
/// <param name="Detection">Whether Twilio finds out, before it asks, who answered. Never asynchronously.</param>
public sealed record CallToPlace(string To, string From, Uri AnswerUrl, Uri StatusUrl, int TimeLimitSeconds, MachineDetection Detection)
{
    /// <summary>Twilio's <c>StatusCallbackEvent</c>.</summary>
    public static IReadOnlyList<string> StatusEvents { get; } = ["initiated", "ringing", "answered", "completed"];

    /// <summary>Twilio's <c>Timeout</c>: how long it rings.</summary>
    public int RingSeconds { get; init; } = 60;
}

/// <summary>Twilio's <c>MachineDetection</c>.</summary>
public enum MachineDetection
{
    /// <summary>Not asked for.</summary>
    None,

    /// <summary>As soon as a machine or a person is recognised.</summary>
    Enable,

    /// <summary>A person at once, a machine when its greeting has ended.</summary>
    DetectMessageEnd,
}

/// <summary>What came of placing a call. A closed set.</summary>
public abstract record PlaceResult
{
    private PlaceResult()
    {
    }

    /// <summary>Twilio will call.</summary>
    /// <param name="CallSid">The call.</param>
    /// <param name="Status">Its status, <c>queued</c> as a rule.</param>
    public sealed record Placed(CallSid CallSid, string Status) : PlaceResult;

    /// <summary>Twilio said no; nobody is called.</summary>
    /// <param name="Refusal">Why.</param>
    public sealed record Refused(TwilioRefusal Refusal) : PlaceResult;

    /// <summary>Twilio did not answer in time, or the connection broke: somebody may be called.</summary>
    public sealed record NoAnswer : PlaceResult;
}
