using System.Text.Json;
using System.Text.Json.Serialization;

namespace PhoneAgent.MediaRelay.Twilio;

/// <summary>
/// What Twilio's <c>start</c> message says about the stream.
/// Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages#start-message
/// </summary>
/// <param name="StreamSid">Names the stream in every message to Twilio; letters and digits only.</param>
/// <param name="AccountSid">The account the call belongs to.</param>
/// <param name="CallSid">The call.</param>
/// <param name="Parameters">The TwiML's <c>&lt;Parameter&gt;</c>s.</param>
public sealed record StreamStart(string StreamSid, string AccountSid, string CallSid, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>Reads a <c>start</c> message; false with the reason when it lacks something or is not µ-law, 8 kHz, one channel.</summary>
    public static bool TryRead(ReadOnlySpan<byte> utf8, out StreamStart start, out string problem)
    {
        start = null!;
        Wire? wire;
        try
        {
            wire = JsonSerializer.Deserialize(utf8, StreamStartJson.Default.Wire);
        }
        catch (JsonException)
        {
            problem = "start could not be read";
            return false;
        }

        if (wire?.Start is not { AccountSid: { } accountSid, CallSid: { } callSid } body)
        {
            problem = "start names no call and account";
            return false;
        }

        var streamSid = body.StreamSid ?? wire.StreamSid ?? "";
        if (streamSid.Length is 0 or > 64 || !streamSid.All(char.IsAsciiLetterOrDigit))
        {
            problem = "start names no stream";
            return false;
        }

        if (body.MediaFormat is { } format && (format.Encoding is not (null or "audio/x-mulaw") || format.SampleRate is not (null or 8000) || format.Channels is not (null or 1)))
        {
            problem = "start announces audio that is not µ-law, 8 kHz, one channel";
            return false;
        }

        start = new StreamStart(streamSid, accountSid, callSid, body.CustomParameters ?? []);
        problem = "";
        return true;
    }

    internal sealed record Wire(string? StreamSid, Body? Start);

    internal sealed record Body(string? StreamSid, string? AccountSid, string? CallSid, Format? MediaFormat, Dictionary<string, string>? CustomParameters);

    internal sealed record Format(string? Encoding, int? SampleRate, int? Channels);
}

/// <summary>Twilio writes numbers as strings in places and may add fields.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(StreamStart.Wire))]
internal sealed partial class StreamStartJson : JsonSerializerContext;
