using System.Globalization;
using System.Text;

namespace PhoneAgent.Simulator.Phone.Streams;

/// <summary>
/// Writes what Twilio sends, by hand, member by member in the order of its documentation; the envelope's numbers are
/// strings. Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages
/// </summary>
internal static class StreamMessages
{
    // {"event":"connected","protocol":"Call","version":"1.0.0"}
    public static byte[] Connected() => Utf8("""{"event":"connected","protocol":"Call","version":"1.0.0"}""");

    // {"event":"start","sequenceNumber":"1","start":{…},"streamSid":"MZ…"}
    public static byte[] Start(long sequence, string accountSid, string callSid, string streamSid, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var custom = string.Join(',', parameters.Select(parameter => $"{Quote(parameter.Key)}:{Quote(parameter.Value)}"));
        return Utf8(string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"event":"start","sequenceNumber":"{{{sequence}}}","start":{"accountSid":"{{{accountSid}}}","streamSid":"{{{streamSid}}}","callSid":"{{{callSid}}}","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{{{{custom}}}}},"streamSid":"{{{streamSid}}}"}"""));
    }

    // {"event":"media","sequenceNumber":"4","media":{"track":"inbound","chunk":"2","timestamp":"5","payload":"…"},"streamSid":"MZ…"}
    public static byte[] Media(long sequence, string streamSid, long chunk, long timestampMs, ReadOnlySpan<byte> mulaw) =>
        Utf8(string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"event":"media","sequenceNumber":"{{{sequence}}}","media":{"track":"inbound","chunk":"{{{chunk}}}","timestamp":"{{{timestampMs}}}","payload":"{{{Convert.ToBase64String(mulaw)}}}"},"streamSid":"{{{streamSid}}}"}"""));

    // {"event":"dtmf","streamSid":"MZ…","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"1"}}
    public static byte[] Dtmf(long sequence, string streamSid, char digit) =>
        Utf8(string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"event":"dtmf","streamSid":"{{{streamSid}}}","sequenceNumber":"{{{sequence}}}","dtmf":{"track":"inbound_track","digit":"{{{digit}}}"}}"""));

    // {"event":"mark","sequenceNumber":"4","streamSid":"MZ…","mark":{"name":"my label"}}
    public static byte[] Mark(long sequence, string streamSid, string name) =>
        Utf8(string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"event":"mark","sequenceNumber":"{{{sequence}}}","streamSid":"{{{streamSid}}}","mark":{"name":{{{Quote(name)}}}}}"""));

    // {"event":"stop","sequenceNumber":"5","streamSid":"MZ…","stop":{"accountSid":"AC…","callSid":"CA…"}}
    public static byte[] Stop(long sequence, string accountSid, string callSid, string streamSid) =>
        Utf8(string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"event":"stop","sequenceNumber":"{{{sequence}}}","streamSid":"{{{streamSid}}}","stop":{"accountSid":"{{{accountSid}}}","callSid":"{{{callSid}}}"}}"""));

    private static byte[] Utf8(string json) => Encoding.UTF8.GetBytes(json);

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                < ' ' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
