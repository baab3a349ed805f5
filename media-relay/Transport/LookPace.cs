using System.Diagnostics;

namespace PhoneAgent.MediaRelay.Transport;

/// <summary>
/// Decides whether a loop looks for changes as they come or once in a while. Where so many come that each look finds several anyway, waiting a
/// little lets it find more of them: less waking, which costs a processor more than a message does, and code and tables still in its cache for all
/// but the first. Time that went by with work is not waited again, so that a loop with enough to do never rests.
/// </summary>
internal sealed class LookPace
{
    /// <summary>From so many changes a second on, a loop rests between looks: some 50 calls. With fewer, each change is taken at once.</summary>
    public const int ManyPerSecond = 4_000;

    /// <summary>So many changes a look shall find, where it rests: beside them waking costs little, and to wait for more would only make them late.</summary>
    public const int Enough = 64;

    /// <summary>From one look to the next at most, where it rests: a quarter of a frame.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(5);

    // Long enough that a burst moves little.
    private const int Sample = 4 * Enough;

    private long _sampledAt;
    private long _lookedAt;
    private int _seen;
    private TimeSpan _interval;

    /// <summary>Counts what a look has found.</summary>
    /// <param name="changes">How many changes.</param>
    /// <param name="now">Of <see cref="Stopwatch.GetTimestamp"/>.</param>
    public void Found(int changes, long now)
    {
        _lookedAt = now;
        _seen += changes;
        if (_seen >= Sample)
        {
            var elapsed = Stopwatch.GetElapsedTime(_sampledAt, now);
            var untilEnough = elapsed * Enough / _seen;
            _interval = _seen < ManyPerSecond * elapsed.TotalSeconds ? TimeSpan.Zero : untilEnough < Longest ? untilEnough : Longest;
            (_seen, _sampledAt) = (0, now);
        }
    }

    /// <summary>How long to rest before the next look; zero for not at all.</summary>
    /// <param name="now">Of <see cref="Stopwatch.GetTimestamp"/>.</param>
    public TimeSpan Rest(long now)
    {
        var left = _interval - Stopwatch.GetElapsedTime(_lookedAt, now);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
