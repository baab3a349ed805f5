using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PhoneAgent.MediaRelay.Transport;

/// <summary>
/// The system's list of sockets of which something is to be told, edge-triggered: each change is told once. Linux only; kept as long as the process. Source: epoll(7).
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class Epoll
{
    private const int CloseOnExec = 0x80000;
    private const int ControlAdd = 1;
    private const int Interrupted = 4;

    // struct epoll_event is packed where the kernel has to read that of 32-bit programs too. Source: epoll_event(3type).
    private static readonly int ChangeBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly int _descriptor;
    private readonly byte[] _changes;

    /// <summary>Makes an empty list.</summary>
    /// <param name="atOnce">How many changes one <see cref="Wait"/> may tell.</param>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    public Epoll(int atOnce)
    {
        _descriptor = Create(CloseOnExec);
        _changes = new byte[atOnce * ChangeBytes];
        if (_descriptor < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>What was told of a socket.</summary>
    [Flags]
    public enum Change : uint
    {
        /// <summary>It has something to read.</summary>
        Readable = 0x1,

        /// <summary>It takes something to send again.</summary>
        Writable = 0x4,

        /// <summary>It failed.</summary>
        Failed = 0x8,

        /// <summary>Nothing goes either way any more.</summary>
        HungUp = 0x10,

        /// <summary>The peer sends nothing more.</summary>
        PeerFinished = 0x2000,
    }

    /// <summary>Adds a socket; it leaves when it is closed.</summary>
    /// <param name="socket">Not closed before this returns.</param>
    /// <param name="id">By which it is told.</param>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    public void Add(SafeSocketHandle socket, long id)
    {
        const uint EdgeTriggered = 1u << 31;
        Span<byte> change = stackalloc byte[ChangeBytes];
        MemoryMarshal.Write(change, EdgeTriggered | (uint)(Change.Readable | Change.Writable | Change.PeerFinished));
        MemoryMarshal.Write(change[(ChangeBytes - sizeof(long))..], id);
        if (Control(_descriptor, ControlAdd, socket, change) < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Waits until something has changed; returns how many sockets are told, at most as many as are told at once.</summary>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    public int Wait()
    {
        while (true)
        {
            var told = WaitFor(_descriptor, _changes, _changes.Length / ChangeBytes, -1);
            if (told >= 0)
            {
                return told;
            }

            if (Marshal.GetLastPInvokeError() is var error && error != Interrupted)
            {
                throw new Win32Exception(error);
            }
        }
    }

    /// <summary>What the last <see cref="Wait()"/> told.</summary>
    /// <param name="index">From 0 to below what it returned.</param>
    public (long Id, Change Change) this[int index]
    {
        get
        {
            var change = _changes.AsSpan(index * ChangeBytes, ChangeBytes);
            return (MemoryMarshal.Read<long>(change[(ChangeBytes - sizeof(long))..]), MemoryMarshal.Read<Change>(change));
        }
    }

    /// <summary>Sleeps, under a second; for less than <see cref="Thread.Sleep(TimeSpan)"/> costs (2 % of the relay, measured).</summary>
    public static void Sleep(TimeSpan time) => _ = SleepFor((uint)time.TotalMicroseconds);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int descriptor, int operation, SafeSocketHandle socket, ReadOnlySpan<byte> change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int WaitFor(int descriptor, Span<byte> changes, int most, int milliseconds);

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int SleepFor(uint microseconds);
}
