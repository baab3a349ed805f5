using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Documents;

namespace PhoneAgent.Handlers.Outbound;

/// <summary>Which cap stands against a call.</summary>
public enum CapOutcome
{
    /// <summary>None.</summary>
    Taken,

    /// <summary>Outbound__MaxPerDestinationPerDay.</summary>
    Destination,

    /// <summary>Outbound__MaxPerHour.</summary>
    Hour,
}

/// <summary>The calls of one UTC day, counted: the document <c>caps/{date}</c>. Every change of it is a pure function.</summary>
/// <param name="PerDestination">By the digest of the called number.</param>
/// <param name="PerHour">By hour of the day.</param>
public sealed record DialCaps(IReadOnlyDictionary<string, int> PerDestination, IReadOnlyDictionary<int, int> PerHour)
{
    private static readonly DialCaps None = new(new Dictionary<string, int>(), new Dictionary<int, int>());

    /// <summary>Where the caps of a day are kept.</summary>
    internal static DocumentName Document(DateTimeOffset at) => new("caps", at.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Counts a call, unless a cap stands against it.</summary>
    internal static (DialCaps? Next, CapOutcome Result) Take(DialCaps? present, string destination, DateTimeOffset at, OutboundSettings settings)
    {
        present ??= None;
        var hour = at.UtcDateTime.Hour;
        return present.PerDestination.GetValueOrDefault(destination) >= settings.MaxPerDestinationPerDay ? (null, CapOutcome.Destination)
            : present.PerHour.GetValueOrDefault(hour) >= settings.MaxPerHour ? (null, CapOutcome.Hour)
            : (new DialCaps(Add(present.PerDestination, destination, 1), Add(present.PerHour, hour, 1)), CapOutcome.Taken);
    }

    /// <summary>Counts a call no longer, because nobody was called.</summary>
    internal static (DialCaps? Next, bool Result) GiveBack(DialCaps? present, string destination, DateTimeOffset at) =>
        present is null ? (null, false) : (new DialCaps(Add(present.PerDestination, destination, -1), Add(present.PerHour, at.UtcDateTime.Hour, -1)), true);

    /// <summary>When a cap may stand no longer.</summary>
    internal static TimeSpan Until(CapOutcome cap, DateTimeOffset now) => cap == CapOutcome.Hour
        ? TimeSpan.FromHours(1) - TimeSpan.FromTicks(now.UtcDateTime.TimeOfDay.Ticks % TimeSpan.TicksPerHour)
        : TimeSpan.FromDays(1) - now.UtcDateTime.TimeOfDay;

    private static Dictionary<TKey, int> Add<TKey>(IReadOnlyDictionary<TKey, int> counts, TKey key, int more)
        where TKey : notnull => new(counts) { [key] = Math.Max(0, counts.GetValueOrDefault(key) + more) };
}
