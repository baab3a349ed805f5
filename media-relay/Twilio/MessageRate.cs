namespace PhoneAgent.MediaRelay.Twilio;

/// <summary>
/// A token bucket over the messages of one stream: Twilio sends 50 a second and marks, a stranger might flood.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class MessageRate(TimeProvider time)
{
    /// <summary>Messages a second that may go on for ever.</summary>
    public const int PerSecond = 200;

    /// <summary>Messages that may come at once.</summary>
    public const int Burst = 500;

    private double _tokens = Burst;
    private long _last = time.GetTimestamp();

    /// <summary>Counts one message; false when it is one too many.</summary>
    /// <param name="now">The clock's timestamp.</param>
    public bool Allows(long now)
    {
        _tokens = Math.Min(Burst, _tokens + (time.GetElapsedTime(_last, now).TotalSeconds * PerSecond)) - 1;
        _last = now;
        return _tokens >= 0;
    }
}
