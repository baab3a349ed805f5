namespace PhoneAgent.Simulator.Phone.Callers;

/// <summary>A caller who says nothing and hangs up after a while.</summary>
/// <param name="patience">How long after the call was answered; the call's own end may come first.</param>
public sealed class SilentCaller(TimeSpan patience) : ICaller
{
    /// <inheritdoc />
    public string? Complaint => null;

    /// <inheritdoc />
    public CallerFrame NextFrame(CallMoment now, Span<byte> mulaw) => new(HangsUp: now.AtMs >= patience.TotalMilliseconds);
}
