namespace PhoneAgent.Simulator.Doctor;

/// <summary>One thing the doctor looked at.</summary>
/// <param name="Check">What was looked at: a word or two, the same for all findings of a check.</param>
/// <param name="State">How it is.</param>
/// <param name="What">What was seen, and of a problem the cause; never a secret.</param>
/// <param name="Fix">What helps; null where nothing needs help.</param>
internal sealed record Finding(string Check, FindingState State, string What, string? Fix = null)
{
    /// <summary>It is as it should be.</summary>
    public static Finding Fine(string check, string what) => new(check, FindingState.Ok, what);

    /// <summary>Calls will suffer from it.</summary>
    public static Finding Problem(string check, string what, string fix) => new(check, FindingState.Problem, what, fix);

    /// <summary>It may be meant so, but is worth a look.</summary>
    public static Finding Warning(string check, string what, string fix) => new(check, FindingState.Warning, what, fix);

    /// <summary>It could not be looked at, because of something told elsewhere.</summary>
    public static Finding Skipped(string check, string why) => new(check, FindingState.Skipped, why);
}

/// <summary>How something is.</summary>
internal enum FindingState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Perhaps meant so.</summary>
    Warning,

    /// <summary>Wrong.</summary>
    Problem,

    /// <summary>Not looked at.</summary>
    Skipped,
}
