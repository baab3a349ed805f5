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

    /// <summary>From one look to the next at least, where it rests: a tenth of a frame.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(2);

    private const int Sample = 64;

    private long _sampledAt;
    private long _lookedAt;
    private int _seen;
    private bool _areMany;

    /// <summary>Counts what a look has found.</summary>
    /// <param name="changes">How many changes.</param>
    /// <param name="now">Of <see cref="Stopwatch.GetTimestamp"/>.</param>
    public void Found(int changes, long now)
    {
        _lookedAt = now;
        _seen += changes;
        if (_seen >= Sample)
        {
            _areMany = _seen >= ManyPerSecond * Stopwatch.GetElapsedTime(_sampledAt, now).TotalSeconds;
            (_seen, _sampledAt) = (0, now);
        }
    }

    /// <summary>How long to rest before the next look; zero for not at all.</summary>
    /// <param name="now">Of <see cref="Stopwatch.GetTimestamp"/>.</param>
    public TimeSpan Rest(long now)
    {
        var left = Interval - Stopwatch.GetElapsedTime(_lookedAt, now);
        return _areMany && left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
