using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>How a stream ended: the first end any part of the call reports.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Detail">The cause in words, without content of the call; null when the reason says it all.</param>
/// <param name="CloseCode">What Twilio's socket is closed with. Source: RFC 6455, section 7.4.</param>
public sealed record CallEnd(EndReason Reason, string? Detail = null, ushort CloseCode = CallEnd.Normal)
{
    /// <summary>What was asked for with this end, logged before it; null when nothing was.</summary>
    public CallEvent? Asked { get; init; }

    /// <summary>The stream did what it was for.</summary>
    public const ushort Normal = 1000;

    /// <summary>The peer broke a rule.</summary>
    public const ushort PolicyViolation = 1008;

    /// <summary>The peer's message is too large.</summary>
    public const ushort TooLarge = 1009;

    /// <summary>Something behind the relay failed.</summary>
    public const ushort InternalError = 1011;

    /// <summary>The relay is going away.</summary>
    public const ushort Restart = 1012;
}
