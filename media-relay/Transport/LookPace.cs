using System.Diagnostics;

namespace PhoneAgent.MediaRelay.Transport;

/// <summary>
/// Decides whether a loop looks for changes as they come or once in a while. Where so many come that each look finds several anyway, waiting a
/// little lets it find more of them: less waking, and code and tables still in the processor's cache for all but the first.
/// </summary>
internal sealed class LookPace
{
    /// <summary>From so many changes a second on, a loop rests between looks: some 50 calls. With fewer, each change is taken at once.</summary>
    public const int ManyPerSecond = 4_000;

    /// <summary>How long it rests: a twentieth of a frame.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(1);

    private const int Sample = 64;

    private long _since;
    private int _seen;

    /// <summary>Whether to rest before the next look.</summary>
    public bool Rests { get; private set; }

    /// <summary>Counts what a look has found.</summary>
    /// <param name="changes">How many changes.</param>
    /// <param name="now">Of <see cref="Stopwatch.GetTimestamp"/>.</param>
    public void Found(int changes, long now)
    {
        _seen += changes;
        if (_seen >= Sample)
        {
            Rests = _seen >= ManyPerSecond * Stopwatch.GetElapsedTime(_since, now).TotalSeconds;
            (_seen, _since) = (0, now);
        }
    }
}
