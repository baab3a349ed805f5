namespace PhoneAgent.Core.Calls;

/// <summary>What is known of a call: the fold of its events.</summary>
public sealed record CallRecord
{
    /// <summary>The call.</summary>
    public required CallSid CallSid { get; init; }
}
