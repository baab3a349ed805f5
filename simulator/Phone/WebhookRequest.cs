namespace PhoneAgent.Simulator.Phone;

/// <summary>One request Twilio makes to the application.</summary>
/// <param name="Url">The public address; what is signed.</param>
/// <param name="Method">POST, or GET with the fields in the query.</param>
/// <param name="Fields">The form.</param>
public sealed record WebhookRequest(Uri Url, string Method, IReadOnlyList<KeyValuePair<string, string>> Fields);

/// <summary>What came back.</summary>
/// <param name="HttpStatus">Null when nothing did.</param>
/// <param name="ContentType">The media type without its parameters.</param>
/// <param name="Body">As bytes, because the XML declaration names the encoding.</param>
/// <param name="Error">Why there is no usable answer; null when there is one.</param>
public sealed record WebhookAnswer(int? HttpStatus, string? ContentType, byte[] Body, TwilioError? Error)
{
    internal static WebhookAnswer Failed(TwilioError error, int? httpStatus = null) => new(httpStatus, null, [], error);
}
