using System.Globalization;
using System.Text;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.MediaRelay.Twilio;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// The loop that hears Twilio: caller audio into <see cref="CallerAudio"/>, marks and keys into the
/// <see cref="Conversation"/>, keys to the <see cref="Keypad"/> too. It reads on until the socket has ended, so that nothing sent before the
/// closing handshake is lost.
/// </summary>
internal sealed partial class TwilioListener(IMessageSocket twilio, CallerAudio caller, Conversation conversation, Keypad keypad, LastWords lastWords, TimeProvider time, Action<CallEnd> end, ILogger logger, CallRecorder? recorder = null)
{
    // Twilio's frames have 160 bytes; room on the stack for more than that, and for base64 of it.
    private const int UsualBytes = 1_024;

    private readonly MessageRate _rate = new(time);
    private readonly ILogger _logger = logger;
    private long _lastMedia = time.GetTimestamp();
    private int _malformed;

    /// <summary>Messages that could not be read and were skipped.</summary>
    public int MalformedMessages => Volatile.Read(ref _malformed);

    /// <summary>How long no media has come.</summary>
    public TimeSpan SinceMedia => time.GetElapsedTime(Volatile.Read(ref _lastMedia));

    /// <summary>Listens until the socket has ended, or the peer has broken the rules.</summary>
    public async Task RunAsync()
    {
        switch ((await twilio.ReadAsync(Handle)).Kind)
        {
            case SocketReadKind.Stopped:
                end(new CallEnd(EndReason.ProtocolViolation, "too many messages a second", CallEnd.PolicyViolation));
                return;
            case SocketReadKind.TooLarge:
                end(new CallEnd(EndReason.ProtocolViolation, "a message was too large", CallEnd.TooLarge));
                return;
            default:
                end(new CallEnd(EndReason.StreamLost, "Twilio's socket ended without stop"));
                return;
        }
    }

    private bool Handle(ReadOnlySpan<byte> utf8)
    {
        var now = time.GetTimestamp();
        if (!_rate.Allows(now))
        {
            return false;
        }

        var message = StreamMessage.Read(utf8);
        switch (message.Kind)
        {
            case StreamMessageKind.Media:
                HandleMedia(message, now);
                break;
            case StreamMessageKind.Mark when long.TryParse(message.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var position):
                conversation.MarkEchoed(position);
                lastWords.Look();
                break;
            case StreamMessageKind.Dtmf:
                HandleDigit(message.Value);
                break;
            case StreamMessageKind.Stop:
                end(new CallEnd(EndReason.CallerHungUp));
                break;
            case StreamMessageKind.Malformed or StreamMessageKind.Unknown or StreamMessageKind.Mark or StreamMessageKind.Start:
                Skip(message.Kind);
                break;
        }

        return true;
    }

    private void HandleMedia(StreamMessage message, long now)
    {
        var mulaw = message.Value.Length <= UsualBytes ? stackalloc byte[message.Value.Length] : new byte[message.Value.Length];
        if (message.TryDecodeAudio(mulaw, out var length))
        {
            Volatile.Write(ref _lastMedia, now);
            var said = mulaw[..length];
            var level = Loudness.Of(said);
            caller.Append(said, level);
            conversation.CallerSounded(level, now);
            recorder?.CallerSaid(said);
        }
        else
        {
            Skip(StreamMessageKind.Malformed);
        }
    }

    private void HandleDigit(ReadOnlySpan<byte> digit)
    {
        if (digit.Length == 1 && "0123456789*#ABCD"u8.Contains(digit[0]))
        {
            var key = Encoding.ASCII.GetString(digit);
            conversation.DigitPressed(key);
            keypad.Pressed(key);
        }
        else
        {
            Skip(StreamMessageKind.Malformed);
        }
    }

    private void Skip(StreamMessageKind kind)
    {
        if (Interlocked.Increment(ref _malformed) == 1)
        {
            LogSkipped(kind);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Twilio sent a message that is skipped ({Kind}), and so are later ones of its kind.")]
    private partial void LogSkipped(StreamMessageKind kind);
}
