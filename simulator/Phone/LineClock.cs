namespace PhoneAgent.Simulator.Phone;

/// <summary>
/// The line's time since the call was answered. It stands still while the line itself does not get on, because its process or machine is
/// stopped: a real phone never is, and time that only the phone has missed would be heard as a hole in the agent's speech.
/// </summary>
internal sealed class LineClock(TimeProvider time)
{
    /// <summary>What a late line makes up for at once; half of what a relay lets run ahead, so that it has something to play.</summary>
    public const int MostBehindMs = 200;

    private readonly Lock _gate = new();
    private long? _answered;
    private double _reachedMs;
    private double _stoodMs;

    /// <summary>Milliseconds since the call was answered; 0 before.</summary>
    public double NowMs
    {
        get
        {
            lock (_gate)
            {
                var nowMs = _answered is { } answered ? time.GetElapsedTime(answered).TotalMilliseconds - _stoodMs : 0;
                var tooLateMs = Math.Max(0, nowMs - _reachedMs - MostBehindMs);
                _stoodMs += tooLateMs;
                return nowMs - tooLateMs;
            }
        }
    }

    /// <summary>For how long it stood still.</summary>
    public int StoodMs
    {
        get
        {
            lock (_gate)
            {
                return (int)_stoodMs;
            }
        }
    }

    /// <summary>The call is answered.</summary>
    public void Start() => _answered = time.GetTimestamp();

    /// <summary>The line has done all that was due until then.</summary>
    public void Reach(double ms)
    {
        lock (_gate)
        {
            _reachedMs = ms;
        }
    }
}
