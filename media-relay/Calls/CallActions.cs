using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// What an agent may do with its call: end it, hand it to a person, hand it to another agent. Each happens after the agent's
/// last words were heard, and not at all when the caller cuts in. Persons and agents are known by name only.
/// </summary>
/// <param name="lastWords">Waits for the agent's last words.</param>
/// <param name="end">Ends the stream.</param>
/// <param name="handOff">Lets another agent go on in this stream; null where there is none.</param>
/// <param name="time">The clock.</param>
internal sealed class CallActions(LastWords lastWords, Action<CallEnd> end, Action<string>? handOff, TimeProvider time)
{
    /// <summary>The longest reason that is kept, in characters; the person who is called hears it.</summary>
    public const int MaxReasonLength = 200;

    private AgentProfile? _agent;

    /// <summary>Whose call it is; changes when another agent takes over.</summary>
    public AgentProfile Agent
    {
        get => Volatile.Read(ref _agent) ?? throw new InvalidOperationException("The call has no agent yet.");
        set => Volatile.Write(ref _agent, value);
    }

    /// <summary>Ends the call after the goodbye.</summary>
    public ActionAnswer EndCall() => After(() => end(new CallEnd(EndReason.AgentHungUp)), "The call ends", "say goodbye in one short sentence");

    /// <summary>Transfers the call to a person after the agent has said so.</summary>
    /// <param name="target">The name of one of the agent's transfer targets.</param>
    /// <param name="reason">Why, in the model's words; cut to <see cref="MaxReasonLength"/>.</param>
    public ActionAnswer TransferCall(string target, string reason) => !Agent.TransferTargets.ContainsKey(target)
        ? ActionAnswer.Refused("There is nobody of that name. " + (Agent.TransferTargets.Count == 0 ? "This call cannot be transferred." : "There are: " + string.Join(", ", Agent.TransferTargets.Keys) + "."))
        : After(() => Transfer(target, reason), "The call is transferred", "tell the caller in one short sentence that you connect them");

    /// <summary>Transfers the call at once, because the caller pressed the key for it.</summary>
    public void TransferNow(string target, string reason) => Transfer(target, reason);

    /// <summary>Lets another agent go on with the conversation.</summary>
    /// <param name="agent">Its name; one the agent's profile allows.</param>
    public ActionAnswer HandOff(string agent) => handOff is null || !Agent.HandOff.ContainsKey(agent)
        ? ActionAnswer.Refused("There is no agent of that name to hand over to.")
        : After(() => handOff(agent), "The other agent takes over", "tell the caller in one short sentence who goes on");

    private ActionAnswer After(Action act, string what, string words)
    {
        var speaking = lastWords.Ask(act);
        return new ActionAnswer(true, speaking, speaking
            ? $"{what} as soon as your words were heard. Say nothing more. If the caller speaks first, it does not happen, and you go on."
            : $"Now {words}. {what} as soon as it was heard. If the caller speaks first, it does not happen, and you go on.");
    }

    private void Transfer(string target, string reason) => end(new CallEnd(EndReason.Transfer)
    {
        Asked = new TransferRequested(target, reason.Length <= MaxReasonLength ? reason : reason[..MaxReasonLength]) { At = time.GetUtcNow() },
    });
}

/// <summary>What the model is told of an action.</summary>
/// <param name="Accepted">Whether it happens.</param>
/// <param name="IsSpeaking">Whether the agent has words left that the caller is hearing, so that the answer needs no more of them.</param>
/// <param name="Text">In words.</param>
internal sealed record ActionAnswer(bool Accepted, bool IsSpeaking, string Text)
{
    /// <summary>It does not happen.</summary>
    public static ActionAnswer Refused(string text) => new(false, false, text);
}
