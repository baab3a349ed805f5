using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PhoneAgent.MediaRelay.Transport;

/// <summary>
/// Lets a thread that works little but must be in time run as soon as it has something to do. What runs on its processor at that moment, such as the
/// runtime's compiler, would otherwise first use up its slice, 1 to 3 ms. It gets no more of the processor for it, and no right is needed. Linux 6.12 or
/// later; elsewhere nothing changes. Source: sched_setattr(2), sched_runtime of SCHED_OTHER.
/// </summary>
public static partial class ShortSlice
{
    private const ulong Nanoseconds = 100_000; // the shortest that is given
    private const int Other = 0;
    private const ulong ResetOnFork = 1; // the threads it makes, the compiler's among them, shall not have it too

    /// <summary>Shortens the slice of the thread that calls it, where the system can and lets it.</summary>
    /// <returns>Whether the system took it; an earlier one takes it too, and does nothing.</returns>
    public static bool TryTake()
    {
        if (!OperatingSystem.IsLinux() || Numbers() is not var (set, get))
        {
            return false;
        }

        var size = (uint)Marshal.SizeOf<Attributes>();
        var attributes = default(Attributes);
        if (Get(get, 0, ref attributes, size, 0) != 0 || attributes.Policy != Other)
        {
            return false; // somebody has given it another policy, and knows why
        }

        (attributes.Size, attributes.Flags, attributes.Runtime) = (size, attributes.Flags | ResetOnFork, Nanoseconds);
        return Set(set, 0, in attributes, 0) == 0;
    }

    // The C library has had names for these calls since 2.41 only.
    private static (nint Set, nint Get)? Numbers() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => (314, 315),
        Architecture.Arm64 => (274, 275),
        _ => null,
    };

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Get(nint number, nint thread, ref Attributes attributes, nuint size, nuint flags);

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Set(nint number, nint thread, in Attributes attributes, nuint flags);

    // struct sched_attr, as of Linux 3.14.
    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
    }
}
