using System.Diagnostics;

namespace PhoneAgent.Simulator.Load;

/// <summary>What a process uses, as the system counts it.</summary>
internal sealed class ProcessUse(Process process)
{
    /// <summary>User and system time it has taken; null when it has ended.</summary>
    public TimeSpan? ProcessorTime => Ask(static process => process.TotalProcessorTime);

    /// <summary>Its resident memory, in bytes; null when it has ended.</summary>
    public long? ResidentBytes => Ask(static process => process.WorkingSet64);

    private T? Ask<T>(Func<Process, T> value)
        where T : struct
    {
        try
        {
            process.Refresh();
            return value(process);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
