namespace PhoneAgent.Simulator.Doctor;

/// <summary>Whether a service's clock goes as this machine's does: tickets are good for two minutes, and 30 s of difference are forgiven.</summary>
internal static class ClockCheck
{
    private const string Name = "clocks";

    // An answer's Date has whole seconds and was on its way.
    private static readonly TimeSpan Notable = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Harmful = TimeSpan.FromSeconds(30);

    /// <summary>Compares.</summary>
    /// <param name="service">Whose clock.</param>
    /// <param name="date">The answer's Date; null when it had none.</param>
    /// <param name="now">This machine's time.</param>
    public static Finding? Compare(string service, DateTimeOffset? date, DateTimeOffset now)
    {
        if (date is not { } theirs)
        {
            return null;
        }

        var ahead = now - theirs;
        var difference = $"{service} and this machine differ by {Patient.Seconds(ahead)}";
        const string fix = "Let the time be set by NTP on both sides; on a laptop switch automatic time on.";
        return ahead.Duration() switch
        {
            var off when off > Harmful => Finding.Problem(Name, $"The clocks of {difference}; stream tickets are refused when functions and relay differ so much.", fix),
            var off when off > Notable => Finding.Warning(Name, $"The clocks of {difference}.", fix),
            _ => Finding.Fine(Name, $"{service} and this machine agree"),
        };
    }
}
