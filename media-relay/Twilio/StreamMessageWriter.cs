using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace PhoneAgent.MediaRelay.Twilio;

/// <summary>
/// Writes the messages that go to Twilio for one stream; what repeats is prepared once.
/// Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages#send-websocket-messages-to-twilio
/// </summary>
public sealed class StreamMessageWriter
{
    /// <summary>Large enough for any message of up to 100 ms of audio.</summary>
    public const int MaxMessageBytes = 2_048;

    private readonly byte[] _mediaStart;
    private readonly byte[] _markStart;
    private readonly byte[] _clear;

    /// <summary>Prepares the messages of one stream.</summary>
    /// <param name="streamSid">The stream, checked to be letters and digits.</param>
    public StreamMessageWriter(string streamSid)
    {
        _mediaStart = Encoding.UTF8.GetBytes($$"""{"event":"media","streamSid":"{{streamSid}}","media":{"payload":" """[..^1]);
        _markStart = Encoding.UTF8.GetBytes($$"""{"event":"mark","streamSid":"{{streamSid}}","mark":{"name":" """[..^1]);
        _clear = Encoding.UTF8.GetBytes($$"""{"event":"clear","streamSid":"{{streamSid}}"}""");
    }

    private static ReadOnlySpan<byte> End => "\"}}"u8;

    /// <summary><c>media</c>: µ-law, 8 kHz, to be played after what was sent before. Returns the length.</summary>
    public int Media(ReadOnlySpan<byte> mulaw, Span<byte> message)
    {
        _mediaStart.CopyTo(message);
        Base64.EncodeToUtf8(mulaw, message[_mediaStart.Length..], out _, out var encoded);
        return Close(message, _mediaStart.Length + encoded);
    }

    /// <summary><c>mark</c>: comes back when the audio before it was played. Its name is the position in the agent's audio. Returns the length.</summary>
    public int Mark(long position, Span<byte> message)
    {
        _markStart.CopyTo(message);
        position.TryFormat(message[_markStart.Length..], out var digits, default, CultureInfo.InvariantCulture);
        return Close(message, _markStart.Length + digits);
    }

    /// <summary><c>clear</c>: discards what Twilio has buffered; all pending marks come back. Returns the length.</summary>
    public int Clear(Span<byte> message)
    {
        _clear.CopyTo(message);
        return _clear.Length;
    }

    private static int Close(Span<byte> message, int length)
    {
        End.CopyTo(message[length..]);
        return length + End.Length;
    }
}
