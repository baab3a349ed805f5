using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.MediaRelay.Twilio;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// The messages of a stream in the order Twilio is to have them: <c>clear</c> before all else, then media, with a mark every 100 ms
/// and at the end of a turn. Not thread-safe: <see cref="Conversation"/> owns it.
/// </summary>
internal sealed class PhoneMessages(Playback playback, Listening listening, StreamMessageWriter messages, CallRecorder? recorder)
{
    // Often enough to correct the clock, seldom enough that the echoes cost little.
    private const int MarkEvery = 100 * Telephony.PhoneBytesPerMs;

    private bool _markDue;
    private long _markedTo;

    /// <summary>Whether the next message is <c>clear</c>.</summary>
    public bool ClearIsDue { get; private set; }

    /// <summary>What Twilio has buffered is to be thrown away.</summary>
    public void Clear()
    {
        ClearIsDue = true;
        _markDue = false;
        _markedTo = playback.Sent;
        recorder?.Cleared();
    }

    /// <summary>Writes the next message that may go now. Returns its length; 0 when none may, <paramref name="wait"/> then tells in how long one may.</summary>
    /// <param name="message">At least <see cref="StreamMessageWriter.MaxMessageBytes"/> long.</param>
    /// <param name="now">Time since the call began.</param>
    /// <param name="paused">Nothing more of the agent's turn is coming.</param>
    /// <param name="wait">Null when nothing waits.</param>
    public int Next(Span<byte> message, TimeSpan now, bool paused, out TimeSpan? wait)
    {
        wait = null;
        if (ClearIsDue)
        {
            ClearIsDue = false;
            listening.Cleared(now);
            return messages.Clear(message);
        }

        if (_markDue)
        {
            return NextMark(message);
        }

        Span<byte> mulaw = stackalloc byte[Playback.MaxMessageBytes];
        var heardIn = playback.PlayedOutAt - now;
        var length = playback.Take(now, paused, mulaw);
        if (length > 0)
        {
            recorder?.AgentSent(mulaw[..length], heardIn > TimeSpan.Zero ? heardIn : TimeSpan.Zero);
            _markDue = playback.Sent - _markedTo >= MarkEvery;
            listening.AgentLeaves(playback, mulaw[..length]);
            return messages.Media(mulaw[..length], message);
        }

        wait = playback.DueIn(now, paused);
        return wait is null && paused ? NextMark(message) : 0;
    }

    // A mark behind what was sent, unless there is one already.
    private int NextMark(Span<byte> message)
    {
        _markDue = false;
        if (_markedTo == playback.Sent)
        {
            return 0;
        }

        _markedTo = playback.MarkSent();
        return messages.Mark(_markedTo, message);
    }
}
