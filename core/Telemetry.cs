using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PhoneAgent.Core;

/// <summary>What functions and relay measure: names, units, and the few instruments they share. A CallSid is never a tag.</summary>
public static class Telemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "PhoneAgent";

    /// <summary>Spans of both services.</summary>
    public static readonly ActivitySource Activities = new(Name);

    /// <summary>Instruments of both services.</summary>
    public static readonly Meter Meter = new(Name);

    /// <summary>Requests turned away, by tag <c>reason</c>.</summary>
    public static readonly Counter<long> Refusals = Meter.CreateCounter<long>("phoneagent.refusals", "{request}", "Requests turned away, by reason.");

    /// <summary>Decisions about a call whose stream ended, by tag <c>row</c> of the decision table.</summary>
    public static readonly Counter<long> Decisions = Meter.CreateCounter<long>("phoneagent.decisions", "{decision}", "Decisions about calls whose stream ended, by row of the decision table.");

    /// <summary>Lines of the call log that could not be read and were passed over.</summary>
    public static readonly Counter<long> LogLinesSkipped = Meter.CreateCounter<long>("phoneagent.log.lines_skipped", "{line}", "Lines of the call log that could not be read.");
}
