namespace PhoneAgent.Simulator.Load;

/// <summary>A relay under load, and what of it can be looked at from outside.</summary>
/// <param name="Target">What its callers need.</param>
/// <param name="Use">What its process uses; null when that is not known.</param>
/// <param name="Core">The processor it has for itself; null when it has none.</param>
/// <param name="Counters">What its runtime counts; null when it does not tell.</param>
internal sealed record MeasuredRelay(RelayTarget Target, ProcessUse? Use, string? Core = null, RuntimeCounters? Counters = null);
