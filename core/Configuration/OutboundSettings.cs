namespace PhoneAgent.Core.Configuration;

/// <summary>Section <c>Outbound</c>: whom the phone may call by itself. Nobody, unless the owner says otherwise.</summary>
public sealed class OutboundSettings
{
    /// <summary>The largest of either cap.</summary>
    public const int LargestCap = 1000;

    /// <summary>
    /// The switch, off by default. Off, no call is placed, and a call still queued at Twilio is hung up when it is answered;
    /// conversations that have begun go on.
    /// </summary>
    public bool Enabled { get; set; }

    /// <summary>How the numbers begin that may be called, for example <c>+1415</c>; none by default, and then none may be called. <c>+1</c> alone includes premium and Caribbean numbers.</summary>
    public IList<string> AllowedPrefixes { get; } = [];

    /// <summary>Calls to one number in one UTC day, 1–1000; above it 429. A call that Twilio refused does not count.</summary>
    public int MaxPerDestinationPerDay { get; set; } = 5;

    /// <summary>Calls to all numbers together in one hour of the clock, 1–1000; above it 429.</summary>
    public int MaxPerHour { get; set; } = 30;
}
