using Microsoft.AspNetCore.Http;

namespace PhoneAgent.Handlers.Outbound;

/// <summary>Why an order for a call was turned down.</summary>
public enum CreateCallRefusal
{
    /// <summary>Outbound__Enabled is not true.</summary>
    SwitchedOff,

    /// <summary>This host can place no calls, or has no number to call from.</summary>
    NotEquipped,

    /// <summary>Not JSON.</summary>
    ContentType,

    /// <summary>More than 64 kB.</summary>
    TooLarge,

    /// <summary>The Idempotency-Key is none.</summary>
    Key,

    /// <summary>The body is not an order.</summary>
    Malformed,

    /// <summary>The calling number is not one of ours.</summary>
    From,

    /// <summary>There is no such agent.</summary>
    Agent,

    /// <summary>The called number matches none of Outbound__AllowedPrefixes.</summary>
    Destination,

    /// <summary>The key was used for another order.</summary>
    KeyReused,

    /// <summary>An order with the same key is on its way.</summary>
    InProgress,

    /// <summary>Outbound__MaxPerDestinationPerDay.</summary>
    DestinationCap,

    /// <summary>Outbound__MaxPerHour.</summary>
    HourCap,

    /// <summary>Twilio said no.</summary>
    Twilio,

    /// <summary>Twilio did not answer in time; it may have dialled.</summary>
    NoAnswer,

    /// <summary>An earlier attempt with the same key got no answer, and no call was ever heard of.</summary>
    NeverHeardOf,
}

/// <summary>How the refusals look over HTTP.</summary>
internal static class CreateCallRefusals
{
    public static int Status(this CreateCallRefusal refusal) => refusal switch
    {
        CreateCallRefusal.SwitchedOff or CreateCallRefusal.NotEquipped => StatusCodes.Status503ServiceUnavailable,
        CreateCallRefusal.ContentType => StatusCodes.Status415UnsupportedMediaType,
        CreateCallRefusal.TooLarge => StatusCodes.Status413PayloadTooLarge,
        CreateCallRefusal.Key or CreateCallRefusal.Malformed or CreateCallRefusal.From => StatusCodes.Status400BadRequest,
        CreateCallRefusal.Agent or CreateCallRefusal.KeyReused => StatusCodes.Status422UnprocessableEntity,
        CreateCallRefusal.Destination => StatusCodes.Status403Forbidden,
        CreateCallRefusal.InProgress => StatusCodes.Status409Conflict,
        CreateCallRefusal.DestinationCap or CreateCallRefusal.HourCap => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status502BadGateway,
    };

    public static string Title(this CreateCallRefusal refusal) => refusal switch
    {
        CreateCallRefusal.SwitchedOff => "Outbound calls are switched off.",
        CreateCallRefusal.NotEquipped => "This host cannot place calls.",
        CreateCallRefusal.ContentType => "The order must be JSON.",
        CreateCallRefusal.TooLarge => "The order is too long.",
        CreateCallRefusal.Key => "The Idempotency-Key is unusable.",
        CreateCallRefusal.Malformed => "That is no order for a call.",
        CreateCallRefusal.From => "The calling number is not one of ours.",
        CreateCallRefusal.Agent => "There is no such agent.",
        CreateCallRefusal.Destination => "The called number is not allowed.",
        CreateCallRefusal.KeyReused => "The Idempotency-Key was used for another order.",
        CreateCallRefusal.InProgress => "An order with this Idempotency-Key is on its way.",
        CreateCallRefusal.DestinationCap or CreateCallRefusal.HourCap => "Too many calls.",
        CreateCallRefusal.Twilio => "Twilio refused the call.",
        _ => "Twilio did not answer.",
    };
}
