using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PhoneAgent.Simulator.Load;

/// <summary>
/// What the relay's runtime counts of itself, read from outside: environment variables make it write its own counters
/// to a file once a second, so the product needs no code for it. Only the few values wanted are looked for in that file.
/// Sources: https://learn.microsoft.com/dotnet/core/diagnostics/eventpipe, .../available-counters
/// </summary>
internal sealed class RuntimeCounters(string file)
{
    private static readonly byte[][] Collections = [Utf16("gen-0-gc-count"), Utf16("gen-1-gc-count"), Utf16("gen-2-gc-count")];
    private static readonly byte[] AllocatedBytes = Utf16("alloc-rate");

    /// <summary>What the relay is started with.</summary>
    public IEnumerable<KeyValuePair<string, string>> Environment =>
    [
        new("DOTNET_EnableEventPipe", "1"),
        new("DOTNET_EventPipeConfig", "System.Runtime:0:4:EventCounterIntervalSec=1"),
        new("DOTNET_EventPipeOutputPath", file),
        new("DOTNET_EventPipeOutputStreaming", "1"),
        new("DOTNET_EventPipeRundown", "0"),
        new("DOTNET_EventPipeCircularMB", "4"),
    ];

    /// <summary>How much has been written by now; a place for <see cref="Since"/>.</summary>
    public long Position => File.Exists(file) ? new FileInfo(file).Length : 0;

    /// <summary>What was counted from one place in the file to another; null when nothing was.</summary>
    public RuntimeFigures? Between(long from, long to)
    {
        if (to <= from)
        {
            return null;
        }

        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = from;
        var bytes = new byte[to - from];
        stream.ReadExactly(bytes);
        var (allocated, seconds) = Sum(bytes, AllocatedBytes);
        return seconds > 0
            ? new RuntimeFigures((int)Sum(bytes, Collections[0]).Total, (int)Sum(bytes, Collections[1]).Total, (int)Sum(bytes, Collections[2]).Total, allocated / seconds)
            : null;
    }

    // Name, DisplayName and DisplayRateTimeScale as zero-terminated UTF-16, then the increment (double) and the seconds it took (float).
    private static (double Total, double Seconds) Sum(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> name)
    {
        var (total, seconds) = (0d, 0d);
        while (bytes.IndexOf(name) is >= 0 and var at)
        {
            bytes = bytes[(at + name.Length)..];
            var rest = SkipText(SkipText(bytes));
            if (rest.Length >= sizeof(double) + sizeof(float))
            {
                total += BinaryPrimitives.ReadDoubleLittleEndian(rest);
                seconds += BinaryPrimitives.ReadSingleLittleEndian(rest[sizeof(double)..]);
            }
        }

        return (total, seconds);
    }

    private static ReadOnlySpan<byte> SkipText(ReadOnlySpan<byte> utf16)
    {
        var end = 0;
        while (end + 1 < utf16.Length && MemoryMarshal.Read<char>(utf16[end..]) != '\0')
        {
            end += sizeof(char);
        }

        return utf16[Math.Min(end + sizeof(char), utf16.Length)..];
    }

    private static byte[] Utf16(string name) => System.Text.Encoding.Unicode.GetBytes(name + '\0');
}

/// <summary>What a runtime counted in the steady window, to about a second.</summary>
internal sealed record RuntimeFigures(int Gen0, int Gen1, int Gen2, double AllocatedBytesPerSecond);
