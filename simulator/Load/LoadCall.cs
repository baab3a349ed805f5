namespace PhoneAgent.Simulator.Load;

/// <summary>One call of a step: its phone, and its Gemini session once the audio has told which that is.</summary>
internal sealed class LoadCall(int number, LoadPhone phone, AgentSpeech speech)
{
    private volatile LoadAgent? _agent;

    /// <summary>From 0, spelled by its first frames.</summary>
    public int Number => number;

    /// <summary>Twilio's side.</summary>
    public LoadPhone Phone => phone;

    /// <summary>What the agent says in it.</summary>
    public AgentSpeech Speech => speech;

    /// <summary>Gemini's side; null until the call is paired.</summary>
    public LoadAgent? Agent => _agent;

    /// <summary>Nothing of what either side sent is still on its way.</summary>
    public bool Quiet => Agent is { Done: true } agent && agent.Frames >= phone.Frames;

    /// <summary>A session has heard this call.</summary>
    public void Pair(LoadAgent agent) => _agent = agent;

    /// <summary>What is wrong with it while it should be held; null when nothing is.</summary>
    public string? Problem() =>
        phone.Ended is { } ended ? $"the stream of call {number} ended: {ended}"
        : Agent is not { } agent ? $"no Gemini session heard call {number}"
        : agent.Ended is { } over ? $"the Gemini session of call {number} ended: {over}"
        : null;
}
