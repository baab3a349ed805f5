using System.Globalization;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>One misfortune of a call with the simulated Gemini, at a time since its first connection.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="At">When.</param>
public sealed record GeminiFault(GeminiFaultKind Kind, TimeSpan At)
{
    private static readonly Dictionary<string, GeminiFaultKind> Names = new(StringComparer.Ordinal)
    {
        ["goaway"] = GeminiFaultKind.GoAway,
        ["close1011"] = GeminiFaultKind.Close1011,
        ["close1007-on-resume"] = GeminiFaultKind.Close1007OnResume,
        ["drop"] = GeminiFaultKind.Drop,
        ["halfopen"] = GeminiFaultKind.HalfOpen,
        ["freeze"] = GeminiFaultKind.Freeze,
        ["freeze-after-interrupt"] = GeminiFaultKind.FreezeAfterInterrupt,
        ["slow-setup"] = GeminiFaultKind.SlowSetup,
        ["refuse-key"] = GeminiFaultKind.RefuseKey,
        ["phantom-interrupt"] = GeminiFaultKind.PhantomInterrupt,
    };

    /// <summary>The names, for a command's help.</summary>
    public static IReadOnlyList<string> AllNames { get; } = [.. Names.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Its name.</summary>
    public string Name => Names.Single(one => one.Value == Kind).Key;

    /// <summary>Reads <c>NAME@SECONDS</c>; null when the name is none of Gemini's faults or the time no time.</summary>
    public static GeminiFault? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split('@') is [var name, var seconds]
            && Names.TryGetValue(name, out var kind)
            && double.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value < 86_400
            ? new GeminiFault(kind, TimeSpan.FromSeconds(value)) : null;
    }

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}@{At.TotalSeconds:0.###}");
}

/// <summary>What can happen to a connection.</summary>
public enum GeminiFaultKind
{
    /// <summary>It is announced that the connection ends, and it ends once the time is over.</summary>
    GoAway,

    /// <summary>It is closed with 1011.</summary>
    Close1011,

    /// <summary>It is closed with 1011, and the handle the client comes back with is refused with 1007.</summary>
    Close1007OnResume,

    /// <summary>TCP is reset.</summary>
    Drop,

    /// <summary>Nothing is read or sent any more, and nobody says so.</summary>
    HalfOpen,

    /// <summary>Everything is read, nothing is said any more.</summary>
    Freeze,

    /// <summary>The same, from the next interruption on.</summary>
    FreezeAfterInterrupt,

    /// <summary>TCP is reset (not at 0), and the next setup is answered after eight seconds only.</summary>
    SlowSetup,

    /// <summary>TCP is reset (not at 0), and the key is refused from then on.</summary>
    RefuseKey,

    /// <summary>The model takes itself for interrupted although the caller said nothing, and waits.</summary>
    PhantomInterrupt,
}
