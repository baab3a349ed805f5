namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// When the caller has heard all that was sent: audio plays on from the moment it is sent, or from the end of what was sent
/// before. Marks come back one round trip after that, or later: what is usual is the network's and leaves the clock alone,
/// because a <c>clear</c> sent now travels as long as the audio did. Only when five marks in a row are late beyond that, Twilio is
/// playing late, and the clock follows. Times are since the call began. Not thread-safe.
/// </summary>
internal sealed class PlayoutClock
{
    // Marks are 100 ms apart and at most 400 ms ahead, so no more than a few are on their way.
    private const int MostOnTheirWay = 32;
    private const int LateMarks = 5;

    // What is left uncorrected, either way: lateness of the marks alone must not move the clock.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(40);

    private readonly (long Position, TimeSpan At)[] _expected = new (long, TimeSpan)[MostOnTheirWay];
    private int _newest;
    private TimeSpan _roundTrip = TimeSpan.FromDays(1); // until a mark has come back
    private TimeSpan _late;
    private TimeSpan _least;
    private int _lateMarks;

    /// <summary>When all that was sent is played out.</summary>
    public TimeSpan PlayedOutAt { get; private set; }

    /// <summary>Audio of this length was sent.</summary>
    public void Sent(TimeSpan length, TimeSpan now)
    {
        if (PlayedOutAt <= now)
        {
            Restart(now);
        }

        PlayedOutAt += length;
    }

    /// <summary>A mark was sent behind the audio up to a position.</summary>
    public void MarkSent(long position) => _expected[_newest++ % MostOnTheirWay] = (position, PlayedOutAt);

    /// <summary>The mark behind a position came back.</summary>
    public void MarkCame(long position, TimeSpan now)
    {
        var index = 0;
        while (index < MostOnTheirWay && _expected[index].Position != position)
        {
            index++;
        }

        if (index == MostOnTheirWay)
        {
            return;
        }

        var tookLonger = now - _expected[index].At;
        if (tookLonger < _roundTrip)
        {
            CameEarly(_roundTrip - tookLonger, tookLonger);
        }
        else
        {
            CameLate(tookLonger - _roundTrip);
        }
    }

    /// <summary>What was not played was discarded.</summary>
    public void Cleared(TimeSpan now)
    {
        Array.Clear(_expected);
        Restart(now);
    }

    // The network is quicker than known; or the clock had followed marks that were late by themselves.
    private void CameEarly(TimeSpan by, TimeSpan roundTrip)
    {
        if (_late > TimeSpan.Zero)
        {
            Move(-(by < _late ? by : _late));
        }
        else if (roundTrip >= TimeSpan.Zero) // nothing is played before it was sent
        {
            _roundTrip = roundTrip;
        }

        _lateMarks = 0;
    }

    private void CameLate(TimeSpan by)
    {
        if (by <= Tolerance)
        {
            _lateMarks = 0;
            return;
        }

        _least = _lateMarks == 0 || by < _least ? by : _least;
        if (++_lateMarks == LateMarks)
        {
            Move(_least - Tolerance);
            _lateMarks = 0;
        }
    }

    private void Move(TimeSpan by)
    {
        _late += by;
        PlayedOutAt += by;
        for (var i = 0; i < _expected.Length; i++)
        {
            _expected[i].At += by;
        }
    }

    private void Restart(TimeSpan now)
    {
        PlayedOutAt = now;
        _late = TimeSpan.Zero;
        _lateMarks = 0;
    }
}
