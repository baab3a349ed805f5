using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// What the caller said, µ-law, between the loop that hears it from Twilio and the loop that sends it to Gemini. It
/// waits here while Gemini is being reached, up to 30 s; then the oldest is dropped and counted. The sending loop reads by
/// position and releases what it will never need again, so audio can be sent a second time to the next connection.
/// </summary>
internal sealed class CallerAudio : IDisposable
{
    private static readonly int Limit = 30 * Telephony.PhoneRate;

    private readonly Lock _lock = new();
    private readonly ByteRing _ring = new(Limit);
    private readonly Signal _arrived;
    private readonly LatencyProbe _latency;
    private long _dropped;

    /// <summary>Creates an empty buffer that signals <paramref name="arrived"/> at each append.</summary>
    public CallerAudio(Signal arrived, TimeProvider time)
    {
        _arrived = arrived;
        _latency = new LatencyProbe(time, LatencyProbe.FromCaller);
    }

    /// <summary>Samples received from Twilio.</summary>
    public long Received
    {
        get
        {
            lock (_lock)
            {
                return _ring.End;
            }
        }
    }

    /// <summary>Samples dropped because they waited for more than 30 s.</summary>
    public long Dropped
    {
        get
        {
            lock (_lock)
            {
                return _dropped;
            }
        }
    }

    /// <summary>Adds one media message's µ-law.</summary>
    public void Append(ReadOnlySpan<byte> mulaw)
    {
        lock (_lock)
        {
            _latency.Arrived(_ring.End);
            _dropped += _ring.Append(mulaw);
        }

        _arrived.Set();
    }

    /// <summary>
    /// Copies from <paramref name="position"/> on, as much as is there and fits; returns how much. When the position was
    /// dropped already, it is moved to the oldest sample held.
    /// </summary>
    public int Read(ref long position, Span<byte> into)
    {
        lock (_lock)
        {
            position = Math.Max(position, _ring.Start);
            return _ring.Copy(position, into);
        }
    }

    /// <summary>What lies before <paramref name="position"/> was sent to Gemini.</summary>
    public void SentTo(long position)
    {
        lock (_lock)
        {
            _latency.Left(position);
        }
    }

    /// <summary>Forgets what lies before <paramref name="position"/>.</summary>
    public void Release(long position)
    {
        lock (_lock)
        {
            _ring.Release(position);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            _ring.Dispose();
        }
    }
}
