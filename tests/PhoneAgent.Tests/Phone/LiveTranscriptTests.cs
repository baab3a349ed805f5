using System.Text.Json.Nodes;
using PhoneAgent.Simulator.Conversation;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Phone.Twiml;
using Spectre.Console;

namespace PhoneAgent.Tests.Phone;

/// <summary>What <c>call</c> shows while things happen to the connection to Gemini.</summary>
public sealed class LiveTranscriptTests : IDisposable
{
    private readonly StringWriter _shown = new();
    private readonly LiveTranscript _transcript;

    public LiveTranscriptTests()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(_shown) });
        console.Profile.Width = 200;
        _transcript = new LiveTranscript(console);
    }

    public void Dispose() => _shown.Dispose();

    [Fact]
    public void A_line_that_another_connection_only_went_on_with_is_not_shown_as_the_next_answer()
    {
        _transcript.AgentLine("We are open from nine to five.");
        _transcript.PhoneEvent(new PhoneAgent.Simulator.Phone.AgentBegan(400));
        _transcript.AgentLine("nine to five.");
        _transcript.PhoneEvent(new CallerBegan(5_000, new CallerLine(1, "And on Sunday?", BargesIn: false)));
        _transcript.PhoneEvent(new CallerFinished(6_000, new CallerLine(1, "And on Sunday?", BargesIn: false)));
        _transcript.AgentLine("We are closed.");
        _transcript.PhoneEvent(new PhoneAgent.Simulator.Phone.AgentBegan(6_700));

        Assert.Equal(
            ["00:00.4 agent   We are open from nine to five.", "00:05.0 caller  And on Sunday?", "00:06.7 agent   We are closed. (700 ms after the caller)"],
            Lines());
    }

    [Fact]
    public void Faults_and_what_twilio_says_are_shown_when_they_happen_and_afterwards_what_the_relay_did()
    {
        _transcript.Fault("slow-setup");
        _transcript.PhoneEvent(new VerbBegan(14_300, new Say("We are sorry.", 1)));
        Assert.Equal(["00:00.0         fault: slow-setup", "00:14.3         Twilio says: We are sorry."], Lines());

        var record = JsonNode.Parse("""
            { "beganAt": "2026-11-20T10:00:00+00:00", "sessions": [
              { "at": "2026-11-20T10:00:24.2+00:00", "cause": "NoReply", "continuation": null, "ms": 4100 },
              { "at": "2026-11-20T10:00:30.4+00:00", "cause": "NoReply", "continuation": "Transcript", "ms": 41 } ] }
            """);
        var summary = new CallSummary
        {
            Ok = true,
            Problem = null,
            CallSid = "CA1",
            End = "CallerHungUp",
            DurationMs = 1,
            StoodMs = 1_234,
            Turns = [],
            Utterances = [],
            Interruptions = [],
            CallerFramesSent = 1,
            CallerFramesAfterEnd = 0,
            CallerFramesHeard = 1,
            AgentMsGenerated = 0,
            AgentMsHeard = 0,
            SpeechGaps = [],
            StreamGaps = [],
            Errors = [],
            Record = record,
        };
        _transcript.Summary(summary, new OutputFolder(Path.GetTempPath()));

        Assert.Contains("the phone itself stood still for 1234 ms: the machine is too busy", Lines());
        Assert.Equal(
            [
                "00:24.2 the relay told the agent to go on, who had owed an answer for 4100 ms (cause NoReply)",
                "00:30.4 the relay went on over another connection to Gemini after 41 ms (cause NoReply, begun with the transcript)",
            ],
            Lines().Where(line => line.Contains("the relay", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_fault_is_told_once_and_one_whose_time_has_not_come_is_still_to_come()
    {
        var told = new List<string>();
        var faults = new FaultSchedule([GeminiFault.Parse("freeze@0")!, GeminiFault.Parse("refuse-key@0")!, GeminiFault.Parse("goaway@50")!], TimeProvider.System, fault => told.Add(fault.Name));
        faults.ConnectionOpened();

        Assert.True(faults.RefusesKey());
        Assert.Equal(GeminiFaultKind.Freeze, faults.Take());
        Assert.Null(faults.Take());
        Assert.Equal(["refuse-key", "freeze"], told);
        Assert.Equal("goaway@50", Assert.Single(faults.Coming).ToString());
    }

    private string[] Lines() => [.. _shown.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd())];
}
