using PhoneAgent.Core;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// Measures what the relay adds on one way through it, by positions: how long the byte that arrived first after the last
/// measurement was here. At most one sample a second, so that measuring costs a call next to nothing. Not thread-safe.
/// </summary>
internal sealed class LatencyProbe(TimeProvider time, KeyValuePair<string, object?> direction)
{
    /// <summary>From Twilio to Gemini.</summary>
    public static readonly KeyValuePair<string, object?> FromCaller = new("direction", "caller");

    /// <summary>From Gemini to Twilio.</summary>
    public static readonly KeyValuePair<string, object?> FromAgent = new("direction", "agent");

    private long _arrivedAt;
    private long _position = -1;
    private bool _measured;

    /// <summary>Audio arrived that begins at this position.</summary>
    public void Arrived(long position)
    {
        if (_position < 0 && (!_measured || time.GetElapsedTime(_arrivedAt) >= TimeSpan.FromSeconds(1)))
        {
            _position = position;
            _arrivedAt = time.GetTimestamp();
        }
    }

    /// <summary>Audio up to this position has left.</summary>
    public void Left(long position)
    {
        if (_position >= 0 && position > _position)
        {
            _position = -1;
            _measured = true;
            Telemetry.AddedLatency.Record(time.GetElapsedTime(_arrivedAt).TotalSeconds, direction);
        }
    }

    /// <summary>What arrived will not leave: it was dropped.</summary>
    public void Dropped() => _position = -1;
}
