using System.Globalization;
using System.Text;

namespace PhoneAgent.Simulator.Load;

/// <summary>
/// What Twilio sends on one stream, written by hand into a buffer that is used again for every message; the first
/// <see cref="Frames.MaxHeaderBytes"/> bytes stay free for the frame's header, and lengths include them.
/// Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages
/// </summary>
internal sealed class TwilioMessages(string accountSid, string callSid, string streamSid)
{
    /// <summary>Longer than any of them.</summary>
    public const int MaxBytes = 1024;

    private const int FrameBytes = 160;
    private const int FrameMs = 20;

    private static readonly byte[][] Payloads = [.. Enumerable.Range(0, Levels.Count).Select(PayloadOf)];

    private readonly byte[] _end = Encoding.ASCII.GetBytes($$"""},"streamSid":"{{streamSid}}"}""");
    private long _sequence = 1;

    // {"event":"connected","protocol":"Call","version":"1.0.0"}
    public static int Connected(Span<byte> buffer) =>
        Write(buffer, """{"event":"connected","protocol":"Call","version":"1.0.0"}""");

    // {"event":"start","sequenceNumber":"1","start":{…},"streamSid":"MZ…"}
    public int Start(Span<byte> buffer) => Write(
        buffer,
        $$$"""{"event":"start","sequenceNumber":"1","start":{"accountSid":"{{{accountSid}}}","streamSid":"{{{streamSid}}}","callSid":"{{{callSid}}}","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{"agent":"default","attempt":"1"}},"streamSid":"{{{streamSid}}}"}""");

    // {"event":"stop","sequenceNumber":"5","stop":{"accountSid":"AC…","callSid":"CA…"},"streamSid":"MZ…"}
    public int Stop(Span<byte> buffer) => Write(
        buffer,
        $$$"""{"event":"stop","sequenceNumber":"{{{++_sequence}}}","stop":{"accountSid":"{{{accountSid}}}","callSid":"{{{callSid}}}"},"streamSid":"{{{streamSid}}}"}""");

    // {"event":"media","sequenceNumber":"4","media":{"track":"inbound","chunk":"2","timestamp":"5","payload":"…"},"streamSid":"MZ…"}
    public int Media(int frame, int level, Span<byte> buffer)
    {
        var at = Frames.MaxHeaderBytes;
        Add(buffer, ref at, "{\"event\":\"media\",\"sequenceNumber\":\""u8);
        Add(buffer, ref at, ++_sequence);
        Add(buffer, ref at, "\",\"media\":{\"track\":\"inbound\",\"chunk\":\""u8);
        Add(buffer, ref at, frame + 1);
        Add(buffer, ref at, "\",\"timestamp\":\""u8);
        Add(buffer, ref at, (long)frame * FrameMs);
        Add(buffer, ref at, "\",\"payload\":\""u8);
        Add(buffer, ref at, Payloads[level]);
        Add(buffer, ref at, "\""u8);
        Add(buffer, ref at, _end);
        return at;
    }

    // {"event":"mark","sequenceNumber":"4","mark":{"name":"my label"},"streamSid":"MZ…"}
    public int Mark(ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        var at = Frames.MaxHeaderBytes;
        Add(buffer, ref at, "{\"event\":\"mark\",\"sequenceNumber\":\""u8);
        Add(buffer, ref at, ++_sequence);
        Add(buffer, ref at, "\",\"mark\":{\"name\":\""u8);
        Add(buffer, ref at, name);
        Add(buffer, ref at, "\""u8);
        Add(buffer, ref at, _end);
        return at;
    }

    private static byte[] PayloadOf(int level)
    {
        var mulaw = new byte[FrameBytes];
        mulaw.AsSpan().Fill(Levels.MuLaw(level));
        return Encoding.ASCII.GetBytes(Convert.ToBase64String(mulaw));
    }

    private static int Write(Span<byte> buffer, string json) =>
        Frames.MaxHeaderBytes + Encoding.ASCII.GetBytes(json, buffer[Frames.MaxHeaderBytes..]);

    private static void Add(Span<byte> buffer, ref int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(buffer[at..]);
        at += bytes.Length;
    }

    private static void Add(Span<byte> buffer, ref int at, long number)
    {
        number.TryFormat(buffer[at..], out var digits, default, CultureInfo.InvariantCulture);
        at += digits;
    }
}
