using System.Text.Json.Nodes;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Outbound;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Scripts;

namespace PhoneAgent.Simulator.Conversation;

/// <summary>Whether a call went as scripted.</summary>
internal static class Verdict
{
    /// <summary>The first thing that did not go as it should, in one line; null when all did.</summary>
    /// <param name="script">What was to be said.</param>
    /// <param name="call">The phone's side.</param>
    /// <param name="sessions">Gemini's.</param>
    /// <param name="framesHeard">Frames of the caller's that its sessions heard.</param>
    /// <param name="record">What the owner sees.</param>
    /// <param name="faults">What happened to relays.</param>
    /// <param name="isFaulted">Whether connections to Gemini were lost on purpose: then sessions may hear the same twice, but nothing less.</param>
    public static string? Problem(ConversationScript script, CallResult call, IReadOnlyList<GeminiSession> sessions, double framesHeard, JsonNode? record, IReadOnlyList<RelayFault> faults, bool isFaulted = false)
    {
        var ending = script.CallerStays ? CallEnding.HungUpByTwiml : CallEnding.CallerHungUp;

        // What a relay takes with it when it is killed is lost, and so is what comes to one that has begun to close.
        var (killed, relaysEnd) = (faults.Any(fault => fault.Kind == RelayFaultKind.Killed), faults.Count > 0);
        var callerLines = script.Turns.Count(turn => turn.Caller is not null);
        var utterances = isFaulted
            ? sessions.SelectMany(session => session.Utterances).DistinctBy(utterance => utterance.Text).Count()
            : sessions.Sum(session => session.Utterances.Count);
        var unanswered = call.Turns.FirstOrDefault(turn => turn.AnswerBeginMs is null);
        var interruptionsWanted = script.Turns.Count(turn => turn.InterruptAfterMs is not null);
        return call.Errors is [var error, ..] && !killed ? $"Twilio would log error {error.Code}: {error.Message}"
            : call.Complaint is { } complaint ? $"the caller was not satisfied: {complaint}{Why(record)}"
            : call.Ending != ending ? $"the call ended with {call.Ending} instead of {ending}{Why(record)}"
            : sessions.Count == 0 ? "Gemini was never reached"
            : unanswered is not null ? $"the agent did not answer “{unanswered.Caller}”"
            : (relaysEnd ? utterances < callerLines - faults.Count : utterances != callerLines) ? $"the caller said {callerLines} things, Gemini heard {utterances}"
            : call.Interruptions.Count(one => one.ClearMs is not null) < interruptionsWanted ? "the agent was not silenced when the caller interrupted"
            : !isFaulted && ToolProblem(script, sessions) is { } tool ? tool
            : !relaysEnd && (framesHeard < call.CallerFramesSent || (framesHeard != call.CallerFramesSent && !isFaulted)) ? $"the phone sent {call.CallerFramesSent} frames, Gemini heard {framesHeard}"
            : relaysEnd && call.Streams.Count <= faults.Count ? $"the call was on {call.Streams.Count} relays, not on {faults.Count + 1}"
            : record is null ? "the owner's API has no record of the call"
            : null;
    }

    // How the relay says that its stream ended.
    private static string Why(JsonNode? record) =>
        record?["end"] is { } end ? $"; the relay ended its stream with {end["reason"]}{((string?)end["detail"] is { } detail ? $" ({detail})" : "")}" : "";

    private static string? ToolProblem(ConversationScript script, IReadOnlyList<GeminiSession> sessions)
    {
        var wanted = script.Turns.Select(turn => turn.Tool?.Name).OfType<string>().ToList();
        var answers = sessions.SelectMany(session => session.FunctionResponses).ToList();
        return wanted.Count != answers.Count ? $"{wanted.Count} functions were called and {answers.Count} answered"
            : answers.FirstOrDefault(answer => !answer.Response.ContainsKey("output")) is { } failed ? $"the function {failed.Name} was answered with an error"
            : null;
    }

    /// <summary>The same for an outbound call that no person took: nobody was connected, and the record says why.</summary>
    public static string? ProblemOfUnanswered(CalleeAnswer answer, CallResult call, int sessions, JsonNode? record)
    {
        var wanted = answer switch { CalleeAnswer.Busy => "busy", CalleeAnswer.NoAnswer => "no-answer", _ => "completed" };
        var status = (string?)record?["status"];
        return call.Errors is [var error, ..] ? $"Twilio would log error {error.Code}: {error.Message}"
            : sessions > 0 ? "Gemini was reached although no person answered"
            : status != wanted ? $"the record's status is {status ?? "unknown"} instead of {wanted}"
            : answer == CalleeAnswer.Machine && !call.Announcements.Contains(OutboundOrder.Message) ? "the message was not left on the machine"
            : null;
    }
}
