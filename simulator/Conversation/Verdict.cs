using System.Text.Json.Nodes;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Scripts;

namespace PhoneAgent.Simulator.Conversation;

/// <summary>Whether a call went as scripted.</summary>
internal static class Verdict
{
    /// <summary>The first thing that did not go as it should, in one line; null when all did.</summary>
    public static string? Problem(ConversationScript script, CallResult call, IReadOnlyList<GeminiSession> sessions, double framesHeard, JsonNode? record)
    {
        var callerLines = script.Turns.Count(turn => turn.Caller is not null);
        var utterances = sessions.Sum(session => session.Utterances.Count);
        var unanswered = call.Turns.FirstOrDefault(turn => turn.AnswerBeginMs is null);
        var interruptionsWanted = script.Turns.Count(turn => turn.InterruptAfterMs is not null);
        return call.Errors is [var error, ..] ? $"Twilio would log error {error.Code}: {error.Message}"
            : call.Complaint is { } complaint ? $"the caller was not satisfied: {complaint}"
            : call.Ending != CallEnding.CallerHungUp ? $"the call ended with {call.Ending} instead of the caller hanging up"
            : sessions.Count == 0 ? "Gemini was never reached"
            : unanswered is not null ? $"the agent did not answer “{unanswered.Caller}”"
            : utterances != callerLines ? $"the caller said {callerLines} things, Gemini heard {utterances}"
            : call.Interruptions.Count(one => one.ClearMs is not null) < interruptionsWanted ? "the agent was not silenced when the caller interrupted"
            : framesHeard != call.CallerFramesSent ? $"the phone sent {call.CallerFramesSent} frames, Gemini heard {framesHeard}"
            : record is null ? "the owner's API has no record of the call"
            : null;
    }
}
