using System.Globalization;
using Spectre.Console;

namespace PhoneAgent.Simulator.Load;

/// <summary>Shows the figures of a load test as a table.</summary>
internal static class LoadReport
{
    /// <summary>Writes the table and, below it, what went wrong.</summary>
    public static void Write(IAnsiConsole console, LoadFigures figures)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("");
        foreach (var step in figures.Steps)
        {
            table.AddColumn(new TableColumn(Name(step)).RightAligned());
        }

        Row(table, figures, "relay CPU, ms per call-second", step => Number(step.CpuMsPerCallSecond, "0.00"));
        Row(table, figures, "relay RSS, MB per call (idle)", step => $"{Number(step.RssMbPerCall, "0.00")} ({Number(step.RssIdleMb, "0")})");
        Row(table, figures, "relay GCs, gen 0/1/2", step => step.Gc is { } gc ? $"{gc.Gen0}/{gc.Gen1}/{gc.Gen2}" : "–");
        Row(table, figures, "relay allocations, bytes per call-second", step => Number(step.AllocatedBytesPerCallSecond, "0"));
        Row(table, figures, "added in, ms p50/p99/max", step => Latency(step.AddedIn));
        Row(table, figures, "added out, ms p50/p99/max", step => Latency(step.AddedOut));
        Row(table, figures, "… first of an utterance", step => Latency(step.AddedOutFirst));
        Row(table, figures, "interrupted → clear, ms p50/p99/max", step => Latency(step.InterruptedToClear));
        Row(table, figures, "caller frames lost/sent", step => $"{step.CallerFrames.Lost}/{step.CallerFrames.Sent}");
        Row(table, figures, "agent 40 ms lost/sent", step => $"{step.AgentChunks.Lost}/{step.AgentChunks.Sent}");
        Row(table, figures, "playout gaps", step => $"{step.PlayoutGaps} ({Number(step.PlayoutGapMs, "0")} ms)");
        Row(table, figures, "others on the relay's processor, %", step => Number(step.OthersPercent, "0"));
        Row(table, figures, "load CPU, ms per call-second", step => Number(step.LoadCpuMsPerCallSecond, "0.00"));
        Row(table, figures, "load late, ms p50/p99/max", step => Latency(step.LoadLateness));
        Row(table, figures, "", step => step.Passed ? "[green]passed[/]" : "[red]failed[/]");
        console.Write(table);
        foreach (var step in figures.Steps)
        {
            foreach (var problem in step.Problems)
            {
                console.MarkupLineInterpolated($"[red]{Name(step)}: {problem}[/]");
            }
        }
    }

    private static void Row(Table table, LoadFigures figures, string name, Func<StepFigures, string> value) =>
        table.AddRow([name, .. figures.Steps.Select(value)]);

    private static string Name(StepFigures step) => step.Calls == 1 ? "1 call" : $"{step.Calls} calls";

    private static string Latency(LatencyFigures? latency) => latency is null
        ? "–"
        : $"{Number(latency.P50, "0.00")}/{Number(latency.P99, "0.00")}/{Number(latency.Max, "0.0")}";

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "–";
}
