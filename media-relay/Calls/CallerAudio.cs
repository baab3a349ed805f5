using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// What the caller said, µ-law, between the loop that hears it from Twilio and the loop that sends it to Gemini. It
/// stays here until a resumption handle holds it, up to 30 s; then the oldest is dropped, and counted once it is missed. The sending loop
/// reads by position, so audio can be sent a second time to the next connection.
/// </summary>
internal sealed class CallerAudio : IDisposable
{
    private static readonly int Limit = 30 * Telephony.PhoneRate;

    // Mean magnitude of 16-bit samples, −38 dB of full scale: what is quieter need not be answered, nor sent again.
    private const int Speech = 400;

    private readonly Lock _lock = new();
    private readonly ByteRing _ring = new(Limit);
    private readonly Signal _arrived;
    private readonly LatencyProbe _latency;
    private long _dropped;
    private long _loud;
    private long _loudTo;

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

    /// <summary>Position of the oldest sample held.</summary>
    public long Oldest
    {
        get
        {
            lock (_lock)
            {
                return _ring.Start;
            }
        }
    }

    /// <summary>How much of what the caller said was loud enough to be speech.</summary>
    public TimeSpan Loud => Telephony.PhoneDuration(Volatile.Read(ref _loud));

    /// <summary>Position up to which the caller was heard last.</summary>
    public long LoudTo => Volatile.Read(ref _loudTo);

    /// <summary>How long the caller has been silent.</summary>
    public TimeSpan Silence
    {
        get
        {
            lock (_lock)
            {
                return Telephony.PhoneDuration(_ring.End - _loudTo);
            }
        }
    }

    /// <summary>Samples that were needed and not held any more, because they waited for more than 30 s.</summary>
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
    /// <param name="mulaw">The audio.</param>
    /// <param name="level">How loud it is, see <see cref="Loudness.Of"/>.</param>
    public void Append(ReadOnlySpan<byte> mulaw, int level)
    {
        lock (_lock)
        {
            _latency.Arrived(_ring.End);
            _ring.Append(mulaw);
            if (level >= Speech)
            {
                Volatile.Write(ref _loud, _loud + mulaw.Length);
                Volatile.Write(ref _loudTo, _ring.End);
            }
        }

        _arrived.Set();
    }

    /// <summary>
    /// Copies from <paramref name="position"/> on, as much as is there and fits; returns how much. When the position was
    /// dropped already, it is moved to the oldest sample held, and what lies between is counted as dropped.
    /// </summary>
    public int Read(ref long position, Span<byte> into)
    {
        lock (_lock)
        {
            var from = Math.Max(position, _ring.Start);
            _dropped += from - position;
            position = from;
            return _ring.Copy(position, into);
        }
    }

    /// <summary>What lies before <paramref name="position"/> was sent to Gemini. Returns <see cref="Received"/>.</summary>
    public long SentTo(long position)
    {
        lock (_lock)
        {
            _latency.Left(position);
            return _ring.End;
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
