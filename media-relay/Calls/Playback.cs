using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// The agent's audio between Gemini, which speaks in bursts faster than real time, and the caller's ear. It keeps
/// what is not yet sent, lets at most <see cref="LeadLimit"/> run ahead of what the caller hears, and knows what was heard.
/// Positions count µ-law samples appended since the call began. Not thread-safe: <see cref="Conversation"/> owns it.
/// </summary>
internal sealed class Playback : IDisposable
{
    /// <summary>How far Twilio's buffer may run ahead of the caller's ear: long enough for the network's jitter, short enough that <c>clear</c> discards little.</summary>
    public static readonly TimeSpan LeadLimit = TimeSpan.FromMilliseconds(400);

    /// <summary>The largest media message, 100 ms: fewer messages for the same audio.</summary>
    public const int MaxMessageBytes = 100 * Telephony.PhoneBytesPerMs;

    private static readonly TimeSpan MarkLostAfter = TimeSpan.FromSeconds(3);

    private const int QueueLimit = 600 * Telephony.PhoneRate;

    private readonly ByteRing _queue = new(QueueLimit);
    private readonly PlayoutClock _clock = new();
    private long _marked;
    private long _clearedTo;

    /// <summary>When all that was sent is played out, as far as is known; time since the call began.</summary>
    public TimeSpan PlayedOutAt => _clock.PlayedOutAt;

    /// <summary>Position after the newest sample received from Gemini.</summary>
    public long Appended => _queue.End;

    /// <summary>Position up to which audio was sent to Twilio, or discarded instead.</summary>
    public long Sent => _queue.Start;

    /// <summary>Adds agent audio, µ-law; returns the samples dropped because ten minutes were waiting already.</summary>
    public int Append(ReadOnlySpan<byte> mulaw) => _queue.Append(mulaw);

    /// <summary>
    /// The next message's audio when it may be sent now; 0 when nothing waits or the lead is used up.
    /// </summary>
    /// <param name="now">Time since the call began.</param>
    /// <param name="agentPaused">Nothing more is coming soon, so that a rest shorter than a frame goes out as well.</param>
    /// <param name="mulaw">At least <see cref="MaxMessageBytes"/> long.</param>
    public int Take(TimeSpan now, bool agentPaused, Span<byte> mulaw)
    {
        if (DueIn(now, agentPaused) is not { Ticks: <= 0 })
        {
            return 0;
        }

        var length = _queue.Copy(_queue.Start, mulaw[..MaxMessageBytes]);
        _queue.Release(_queue.Start + length);
        _clock.Sent(Telephony.PhoneDuration(length), now);
        return length;
    }

    /// <summary>In how long the next message may be sent, zero or less when now; null when nothing waits.</summary>
    public TimeSpan? DueIn(TimeSpan now, bool agentPaused)
    {
        var waiting = Math.Min(_queue.Count, MaxMessageBytes);
        if (waiting == 0 || (waiting < Telephony.FrameBytes && !agentPaused))
        {
            return null;
        }

        return PlayedOutAt + Telephony.PhoneDuration(waiting) - LeadLimit - now;
    }

    /// <summary>A mark goes out behind all that was sent; returns that position.</summary>
    public long MarkSent()
    {
        _clock.MarkSent(Sent);
        return Sent;
    }

    /// <summary>Twilio played everything up to <paramref name="position"/>. A mark that <c>clear</c> flushed, or that was never sent, says nothing.</summary>
    public void Marked(long position, TimeSpan now)
    {
        if (position <= _clearedTo || position > Sent || position <= _marked)
        {
            return;
        }

        _marked = position;
        _clock.MarkCame(position, now);
    }

    /// <summary>Position up to which the caller has heard the agent: by the clock, corrected by the marks that came back.</summary>
    public long HeardTo(TimeSpan now)
    {
        var ahead = Telephony.PhoneBytes(Later(PlayedOutAt, now) - now);
        return Math.Max(Math.Max(Sent - ahead, _marked), _clearedTo);
    }

    /// <summary>
    /// Whether all that was received was played or dropped: the mark behind the last sample came back, or is overdue by so
    /// much that it is taken for lost.
    /// </summary>
    public bool IsPlayedOut(TimeSpan now) =>
        Appended == Sent && (_marked >= Sent || _clearedTo >= Sent || now >= PlayedOutAt + MarkLostAfter);

    /// <summary>
    /// Discards what the caller has not heard, here and (by the <c>clear</c> the caller of this method sends) in
    /// Twilio's buffer. Returns the position heard, frozen at this moment.
    /// </summary>
    public long Clear(TimeSpan now)
    {
        var heard = HeardTo(now);
        _queue.Release(Appended);
        _clearedTo = Appended;
        _clock.Cleared(now);
        return heard;
    }

    /// <inheritdoc />
    public void Dispose() => _queue.Dispose();

    private static TimeSpan Later(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
