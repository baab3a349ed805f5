namespace PhoneAgent.Core.Configuration;

/// <summary>Section <c>Inbound</c>: whose calls are taken.</summary>
public sealed class InboundSettings
{
    /// <summary>The largest <see cref="MaxConcurrentPerCaller"/>.</summary>
    public const int MaxMaxConcurrentPerCaller = 1000;

    /// <summary>Calls one number may hold at a time, 1–1000; one more hears the busy tone. All callers who withhold their number count as one.</summary>
    public int MaxConcurrentPerCaller { get; set; } = 3;

    /// <summary>How the numbers begin whose calls are rejected before anything is logged or paid for; none by default.</summary>
    public IList<string> BlockedPrefixes { get; } = [];
}
