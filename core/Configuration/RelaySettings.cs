namespace PhoneAgent.Core.Configuration;

/// <summary>Section <c>Relay</c>: limits of the media relay.</summary>
public sealed class RelaySettings
{
    /// <summary>The largest <see cref="MaxCallMinutes"/>.</summary>
    public const int MaxMaxCallMinutes = 720;

    /// <summary>Minutes a call may last over all its streams, 1–720; then it ends.</summary>
    public int MaxCallMinutes { get; set; } = 60;

    /// <summary>Calls one replica admits, 1–10,000; above it an upgrade gets 503.</summary>
    public int MaxCalls { get; set; } = 200;

    /// <summary>Seconds a stopping replica gives its calls, 1–600.</summary>
    public int DrainSeconds { get; set; } = 20;
}
