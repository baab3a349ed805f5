namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>
/// Where the caller's audio stood after each message of one connection, and when it was sent: tells what the server can have
/// taken in. Indexes count as the server counts them, <c>setup</c> being 0. Not thread-safe: <see cref="Uplink"/> owns it.
/// </summary>
internal sealed class SentMessages(TimeProvider time)
{
    // 40 s of frames; older messages than that are as good as unknown.
    private const int Kept = 2_048;

    // Since the connection began: samples, enough for three days, and milliseconds.
    private readonly (int Position, int Milliseconds)[] _sent = new (int, int)[Kept];
    private long _from;
    private long _began;

    /// <summary>Index of the newest message.</summary>
    public long Newest { get; private set; }

    private double Now => time.GetElapsedTime(_began).TotalMilliseconds;

    /// <summary>A new connection sent its <c>setup</c>, and goes on from this position of the caller's audio.</summary>
    public void Begin(long position)
    {
        (_from, _began) = (position, time.GetTimestamp());
        Newest = -1;
        Add(position);
    }

    /// <summary>A message was sent; the caller's audio now stands at this position.</summary>
    public void Add(long position)
    {
        Newest++;
        _sent[Newest % Kept] = (checked((int)(position - _from)), (int)Math.Ceiling(Now));
    }

    /// <summary>The position after a message; null for one that was never sent, or too long ago.</summary>
    public long? PositionAfter(long index) => index >= 0 && index <= Newest && index > Newest - Kept ? _from + _sent[index % Kept].Position : null;

    /// <summary>The newest message that was sent at least so long ago; the oldest known when none was.</summary>
    public long SentBefore(TimeSpan age)
    {
        var (index, latest) = (Newest, Now - age.TotalMilliseconds);
        while (index > 0 && index > Newest - Kept + 1 && _sent[index % Kept].Milliseconds > latest)
        {
            index--;
        }

        return index;
    }
}
