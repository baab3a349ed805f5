namespace PhoneAgent.Tests;

/// <summary>
/// Tests that measure time, or listen so closely that a busy machine is heard. They run one after the other, alone on the machine. Calls
/// that are only held in real time belong into classes with a <see cref="SideBySideAttribute"/>.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RealTimeCollection
{
    public const string Name = "real time";
}
