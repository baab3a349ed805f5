using System.Globalization;

namespace PhoneAgent.Simulator.House;

/// <summary>One misfortune of the relay that has the call, at a time since the call began. Another relay stands beside it.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="At">When.</param>
public sealed record RelayFault(RelayFaultKind Kind, TimeSpan At)
{
    private static readonly Dictionary<string, RelayFaultKind> Names = new(StringComparer.Ordinal)
    {
        ["relay-sigterm"] = RelayFaultKind.Terminated,
        ["relay-kill"] = RelayFaultKind.Killed,
    };

    /// <summary>The names, for a command's help.</summary>
    public static IReadOnlyList<string> AllNames { get; } = [.. Names.Keys];

    /// <summary>Its name.</summary>
    public string Name => Names.Single(one => one.Value == Kind).Key;

    /// <summary>Reads <c>NAME@SECONDS</c>; null when the name is none of the relay's faults or the time no time.</summary>
    public static RelayFault? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split('@') is [var name, var seconds]
            && Names.TryGetValue(name, out var kind)
            && double.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value < 86_400
            ? new RelayFault(kind, TimeSpan.FromSeconds(value)) : null;
    }
}

/// <summary>What can happen to a relay.</summary>
public enum RelayFaultKind
{
    /// <summary>SIGTERM: it hands its calls over and ends.</summary>
    Terminated,

    /// <summary>SIGKILL: it gets to do nothing more.</summary>
    Killed,
}
