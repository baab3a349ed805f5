namespace PhoneAgent.Simulator.Phone;

/// <summary>An entry of Twilio's error log. Source: https://www.twilio.com/docs/api/errors</summary>
/// <param name="Code">Twilio's number of it.</param>
/// <param name="Message">Twilio's title of it, then what was wrong this time.</param>
public sealed record TwilioError(int Code, string Message)
{
    internal static TwilioError InvalidUrl(string detail) => new(11100, $"Invalid URL format: {detail}");

    internal static TwilioError HttpRetrieval(string detail) => new(11200, $"HTTP retrieval failure: {detail}");

    internal static TwilioError HttpConnection(string detail) => new(11205, $"HTTP connection failure: {detail}");

    internal static TwilioError BodyTooLarge(string detail) => new(11750, $"TwiML response body too large: {detail}");

    internal static TwilioError DocumentParse(string detail) => new(12100, $"Document parse failure: {detail}");

    internal static TwilioError Schema(string detail) => new(12200, $"Schema validation warning: {detail}");

    internal static TwilioError ContentType(string detail) => new(12300, $"Invalid Content-Type: {detail}");

    internal static TwilioError DialCallerId(string detail) => new(13214, $"Dial: Invalid callerId value: {detail}");

    internal static TwilioError DialNumber(string detail) => new(13223, $"Dial: Invalid phone number format: {detail}");

    internal static TwilioError StatusCallback(string detail) => new(15003, $"Call Progress: Warning Response to Callback URL: {detail}");

    internal static TwilioError StreamTimeout(string detail) => new(31901, $"Stream - WebSocket - Connection Timeout: {detail}");

    internal static TwilioError StreamRefused(string detail) => new(31902, $"Stream - WebSocket - Connection Refused: {detail}");

    internal static TwilioError StreamLost(string detail) => new(31903, $"Stream - WebSocket - Connection Broken Pipe: {detail}");

    internal static TwilioError StreamHandshake(string detail) => new(31920, $"Stream - WebSocket - Handshake Error: {detail}");

    internal static TwilioError StreamScheme(string detail) => new(31922, $"Stream - WebSocket - URL Schema Not Supported: {detail}");

    internal static TwilioError StreamUrl(string detail) => new(31923, $"Stream - WebSocket - Malformed URL: {detail}");

    internal static TwilioError StreamProtocol(string detail) => new(31924, $"Stream - WebSocket - Protocol Error: {detail}");

    internal static TwilioError StreamReadTooSlowly(string detail) => new(31930, $"Stream - Media - Buffer Overflow: {detail}");

    internal static TwilioError StreamAudioOverflow(string detail) => new(31931, $"Stream - Media - Outbound Buffer Overflow: {detail}");

    internal static TwilioError StreamMalformed(string detail) => new(31950, $"Stream - Protocol - Malformed Message: {detail}");

    internal static TwilioError StreamInvalid(string detail) => new(31951, $"Stream - Protocol - Invalid Message: {detail}");
}
