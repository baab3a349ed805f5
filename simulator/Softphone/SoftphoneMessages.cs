using System.Text.Json.Nodes;
using PhoneAgent.Core.Calls;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Twiml;

namespace PhoneAgent.Simulator.Softphone;

/// <summary>What the page is told during a call, as JSON; the page shows every text as text. Null: nothing.</summary>
internal static class SoftphoneMessages
{
    /// <summary>What happens at the phone.</summary>
    public static JsonObject? Of(PhoneEvent what) => what switch
    {
        StreamOpened => new JsonObject { ["type"] = "connected" },
        AudioCleared => new JsonObject { ["type"] = "interrupted" },
        VerbBegan { Verb: Say { Text: var said } } => Note($"Twilio says: {said}"),
        StreamOver { End.Kind: Phone.Streams.StreamEndKind.Lost or Phone.Streams.StreamEndKind.NeverOpened } => Note("The stream was lost.", isBad: true),
        ErrorLogged { Error: var error } => Note($"Twilio error {error.Code}: {error.Message}", isBad: true),
        _ => null,
    };

    /// <summary>What was logged of the call.</summary>
    public static JsonObject? Of(CallEvent fact) => fact switch
    {
        CallerSaid caller => new JsonObject { ["type"] = "caller", ["text"] = caller.Text },
        AgentSaid agent => Agent(agent),
        ToolCalled tool => Note($"Tool {tool.Name}: {tool.Outcome} after {tool.DurationMs} ms", tool.Outcome == ToolOutcome.Failed),
        SessionResumed resumed => Note($"New connection to Gemini ({resumed.Cause}) after {resumed.GapMs} ms"),
        TransferRequested transfer => Note($"The agent asks for {transfer.Target}."),
        StreamEnded { Reason: EndReason.GeminiUnavailable, Detail: var detail } => Note(detail ?? "Gemini is unavailable.", isBad: true),
        _ => null,
    };

    /// <summary>The call's name, once it is known.</summary>
    public static JsonObject Answered(string callSid) => new() { ["type"] = "answered", ["callSid"] = callSid };

    /// <summary>The end.</summary>
    public static JsonObject Over(CallResult call) => new() { ["type"] = "over", ["callSid"] = call.CallSid, ["ending"] = Words(call.Ending) };

    /// <summary>What stands behind "The call is over: ".</summary>
    public static string Words(CallEnding ending) => ending switch
    {
        CallEnding.CallerHungUp => "you hung up",
        CallEnding.HungUpByTwiml => "the agent's side hung up",
        CallEnding.TwimlRanOut => "the TwiML had nothing more to do",
        CallEnding.Rejected => "it was refused",
        CallEnding.ApplicationError => "a webhook gave no usable TwiML",
        CallEnding.TwimlLoop => "the TwiML came to no end",
        CallEnding.StreamFailure => "its stream failed",
        CallEnding.TimeLimit => "its longest time was reached",
        CallEnding.Unanswered => "nobody answered",
        _ => throw new ArgumentOutOfRangeException(nameof(ending)),
    };

    private static JsonObject Agent(AgentSaid agent)
    {
        var message = new JsonObject
        {
            ["type"] = "agent",
            ["heard"] = agent.HeardText,
            ["unheard"] = agent.Text.StartsWith(agent.HeardText, StringComparison.Ordinal) ? agent.Text[agent.HeardText.Length..].Trim() : "",
        };
        if (agent.ResponseMs is { } wait)
        {
            message["responseMs"] = wait;
        }

        return message;
    }

    private static JsonObject Note(string text, bool isBad = false) => new() { ["type"] = "note", ["text"] = text, ["bad"] = isBad };
}
