using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Twiml;
using Spectre.Console;

namespace PhoneAgent.Simulator.Conversation;

/// <summary>Shows a call on the terminal while it is held, and a table of it afterwards.</summary>
internal sealed class LiveTranscript(IAnsiConsole console)
{
    private readonly Stopwatch _sinceAnswer = new();
    private volatile string? _agentLine;
    private int? _callerFinishedAt;
    private int _interruptedAt = -1;

    /// <summary>Gemini begins a line; it is shown once the caller hears it, unless it only goes on with what they are hearing.</summary>
    public void AgentLine(string text) => _agentLine = text;

    /// <summary>Something happens to the relay, or to its connection to Gemini.</summary>
    public void Fault(string name) => console.MarkupLineInterpolated($"[yellow]{At(_sinceAnswer.Elapsed)}         fault: {name}[/]");

    /// <summary>Something happened at the phone.</summary>
    public void PhoneEvent(PhoneEvent what)
    {
        _sinceAnswer.Start();
        switch (what)
        {
            case VerbBegan { Verb: Say { Text: var said } }:
                Note(what, $"Twilio says: {said}");
                break;
            case VerbBegan { Verb: Connect }:
                Note(what, "the webhook answered, signed and checked; the media stream is being connected");
                break;
            case StreamOpened:
                Note(what, "the relay took the ticket; both sides can hear each other");
                break;
            case CallerBegan { Line: var line }:
                _interruptedAt = line.BargesIn ? what.AtMs : -1;
                Said(what, "caller", "blue", line.Text, line.BargesIn ? "interrupts" : null);
                break;
            case CallerFinished:
                _callerFinishedAt = what.AtMs;
                break;
            case Phone.AgentBegan:
                Said(what, "agent", "green", Interlocked.Exchange(ref _agentLine, null) ?? "…", _callerFinishedAt is { } since ? $"{what.AtMs - since} ms after the caller" : null);
                _callerFinishedAt = null;
                break;
            case AudioCleared { DiscardedMs: var discarded } when _interruptedAt >= 0:
                Note(what, $"the agent fell silent {what.AtMs - _interruptedAt} ms after the interruption; {discarded} ms were never heard");
                _interruptedAt = -1;
                break;
            case VerbBegan { Verb: Dial }:
                Note(what, "the agent hands the call over; a person's phone rings");
                break;
            case ErrorLogged { Error: var error }:
                console.MarkupLineInterpolated($"[red]{At(what.AtMs)} Twilio error {error.Code}: {error.Message}[/]");
                break;
            case CallOver { Ending: var ending }:
                Note(what, $"the call is over: {ending}");
                break;
        }
    }

    /// <summary>The table and the files, after the call.</summary>
    public void Summary(CallSummary summary, OutputFolder files)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("caller", "agent", "answered after");
        foreach (var turn in summary.Turns)
        {
            table.AddRow(Markup.Escape(turn.Caller ?? ""), Markup.Escape(turn.Agent ?? ""), turn.ResponseMs is { } ms ? $"{ms} ms" : "–");
        }

        console.WriteLine();
        if (summary.Turns.Count > 0)
        {
            console.Write(table);
        }

        foreach (var one in summary.Interruptions)
        {
            console.MarkupLineInterpolated($"interrupted: cleared after {one.ClearMs} ms, silent after {one.SilentMs} ms; heard {one.HeardMs} of {one.GeneratedMs} ms generated");
        }

        console.MarkupLineInterpolated($"caller frames: {summary.CallerFramesSent} sent, {summary.CallerFramesHeard} heard by Gemini");
        console.MarkupLineInterpolated($"agent speech: {summary.AgentMsGenerated} ms generated, {summary.AgentMsHeard:0} ms heard by the caller");
        if (summary.StoodMs > 0)
        {
            console.MarkupLineInterpolated($"the phone itself stood still for {summary.StoodMs} ms: the machine is too busy");
        }

        foreach (var change in summary.Record?["sessions"]?.AsArray() ?? [])
        {
            console.MarkupLineInterpolated($"{At((DateTimeOffset)change!["at"]! - (DateTimeOffset)summary.Record!["beganAt"]!)} {Told(change)}");
        }

        console.WriteLine();
        foreach (var file in new[] { files.ConversationWav, files.HeardByGeminiWav, files.CallJson, files.ReportHtml })
        {
            console.WriteLine(file);
        }
    }

    private static string At(int ms) => At(TimeSpan.FromMilliseconds(ms));

    private static string At(TimeSpan since) => since.ToString(@"mm\:ss\.f", CultureInfo.InvariantCulture);

    // What the relay did about a connection, as the call's record has it.
    private static string Told(JsonNode change) => (string?)change["continuation"] is { } continuation
        ? $"the relay went on over another connection to Gemini after {change["ms"]} ms (cause {change["cause"]}, begun with {(continuation == "Handle" ? "the resumption handle" : continuation == "Transcript" ? "the transcript" : "nothing")})"
        : $"the relay told the agent to go on, who had owed an answer for {change["ms"]} ms (cause {change["cause"]})";

    private void Note(PhoneEvent what, string text) => console.MarkupLineInterpolated($"[grey]{At(what.AtMs)}         {text}[/]");

    private void Said(PhoneEvent what, string who, string colour, string text, string? remark)
    {
        console.Markup($"[grey]{At(what.AtMs)}[/] [{colour}]{who,-7}[/] {Markup.Escape(text)}");
        console.MarkupLineInterpolated($"[grey]{(remark is null ? "" : $" ({remark})")}[/]");
    }
}
