namespace PhoneAgent.MediaRelay.Calls;

/// <summary>How far the agent has got with what it says, at one moment.</summary>
/// <param name="IsGenerating">More may belong to its turn.</param>
/// <param name="AllHeard">All it has said so far was played to the caller, or dropped.</param>
/// <param name="SpokenTo">Position after its newest sample.</param>
/// <param name="CutIns">How often the caller has interrupted it or pressed a key.</param>
/// <param name="CallerSoundedFor">How long ago the caller was last heard; null for never.</param>
internal readonly record struct AgentProgress(bool IsGenerating, bool AllHeard, long SpokenTo, int CutIns, TimeSpan? CallerSoundedFor)
{
    /// <summary>There is nothing of it that the caller still has to hear.</summary>
    public bool IsDone => !IsGenerating && AllHeard;
}
