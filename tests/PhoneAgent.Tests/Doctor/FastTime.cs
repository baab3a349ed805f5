namespace PhoneAgent.Tests.Doctor;

/// <summary>Ahead by so much; when a step is given, each look at it is that much later, and delays are over at once.</summary>
internal sealed class FastTime(TimeSpan ahead, TimeSpan step = default) : TimeProvider
{
    private long _looks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + ahead;

    public override long GetTimestamp() => base.GetTimestamp() + (Interlocked.Increment(ref _looks) * step.Ticks * TimestampFrequency / TimeSpan.TicksPerSecond);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, step > TimeSpan.Zero ? TimeSpan.Zero : dueTime, period);
}
