using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using PhoneAgent.MediaRelay.Transport;

namespace PhoneAgent.Tests.Relay.Transport;

[SupportedOSPlatform("linux")]
public sealed class ShortSliceTests
{
    [SlicesFact]
    public Task The_thread_that_asks_gets_the_shortest_slice_and_none_that_it_makes_does() => OnThread(() =>
    {
        var before = Slice();
        Assert.NotEqual(100_000, before);

        Assert.True(ShortSlice.TryTake());

        Assert.Equal(100_000, Slice());
        Assert.Equal(before, OfThreadMadeHere());
    });

    [SlicesFact]
    public Task A_thread_that_was_made_nicer_stays_so() => OnThread(() =>
    {
        Run("renice", "-n", "5", "-p", ThreadId());
        Assert.Equal("5", Nice());

        Assert.True(ShortSlice.TryTake());

        Assert.Equal("5", Nice());
        Assert.Equal(100_000, Slice());
    });

    [SlicesFact]
    public Task A_thread_of_another_policy_is_left_alone() => OnThread(() =>
    {
        Run("chrt", "--batch", "--pid", "0", ThreadId());
        var before = Slice();

        Assert.False(ShortSlice.TryTake());

        Assert.Equal(before, Slice());
    });

    [SlicesFact]
    public async Task Who_waits_for_a_stream_goes_on_with_it()
    {
        await using var wire = await Wire.LayAsync();
        var slice = wire.Near.ReadAsync(new byte[1]).AsTask().ContinueWith(_ => Slice(), TaskContinuationOptions.ExecuteSynchronously);

        await wire.Far.SendAsync(new byte[1]);

        Assert.Equal(100_000, await slice.WaitAsync(Patience.Long));
    }

    private static long Slice() => long.Parse(
        File.ReadLines("/proc/thread-self/sched").Single(line => line.StartsWith("se.slice", StringComparison.Ordinal)).Split(':')[1], CultureInfo.InvariantCulture);

    private static long OfThreadMadeHere()
    {
        var slice = 0L;
        var thread = new Thread(() => slice = Slice());
        thread.Start();
        thread.Join();
        return slice;
    }

    // Field 19 of proc_pid_stat(5), 16 behind the name, which may hold spaces.
    private static string Nice() => File.ReadAllText("/proc/thread-self/stat").Split(')')[^1].Trim().Split(' ')[16];

    private static string ThreadId() => File.ResolveLinkTarget("/proc/thread-self", returnFinalTarget: false)!.Name;

    private static void Run(string file, params string[] arguments)
    {
        using var process = Process.Start(file, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static Task OnThread(Action test) => Task.Factory.StartNew(test, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Needs a kernel that gives a thread the slice it asks for, and tells it.</summary>
    private sealed class SlicesFactAttribute : FactAttribute
    {
        public SlicesFactAttribute([CallerMemberName] string test = "") => this.SkipWhen(
            !OperatingSystem.IsLinux() || Environment.OSVersion.Version < new Version(6, 12) || !File.Exists("/proc/thread-self/sched")
                ? "Slices of a thread's own need Linux 6.12 with /proc/self/sched." : null, test);
    }
}
