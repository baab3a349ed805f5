namespace PhoneAgent.Tests;

/// <summary>
/// Tests that hold calls in real time. They run one after the other, when all others are done: a caller who hears a hole in
/// the agent's line because the machine is busy takes it for the line's end, as anybody would.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RealTimeCollection
{
    public const string Name = "real time";
}
