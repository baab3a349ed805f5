namespace PhoneAgent.Tests;

/// <summary>
/// Tests that hold calls in real time and measure none of it: they sit idle nearly all the time. So a few such classes run at once, when all
/// others are done (<see cref="SideBySideFramework"/>). What measures time belongs into <see cref="RealTimeCollection"/>.
/// </summary>
/// <param name="seconds">About how long the class takes; the longest begin first, so that nobody waits for one of them at the end.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SideBySideAttribute(int seconds) : Attribute
{
    public int Seconds { get; } = seconds;
}
