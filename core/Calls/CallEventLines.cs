using System.Text.Json;
using System.Text.Json.Serialization;

namespace PhoneAgent.Core.Calls;

/// <summary>
/// The call log's text: one JSON object per line. Reading forgives what a crash or a newer version left behind: a torn
/// line and an event or field it does not know are passed over, so that one bad line never costs the whole call.
/// </summary>
public static class CallEventLines
{
    // The event's name is written first.
    private static ReadOnlySpan<byte> RemovedLine => """{"event":"removed","""u8;

    private const byte NewLine = (byte)'\n';

    /// <summary>How many bytes are left of a call that was removed, whenever that was.</summary>
    public static int RemovedBytes { get; } = WriteRemoved(DateTimeOffset.UnixEpoch).Length;

    /// <summary>The lines of some events, each ended by a line feed.</summary>
    public static byte[] Write(IEnumerable<CallEvent> events)
    {
        using var lines = new MemoryStream();
        foreach (var one in events)
        {
            JsonSerializer.Serialize(lines, one, CallEventJson.Default.CallEvent);
            lines.WriteByte(NewLine);
        }

        return lines.ToArray();
    }

    /// <summary>
    /// What is left of a call that was removed: one line, to the second and so shorter than any other, so that no position
    /// at which a writer saw the call's lines end is its end.
    /// </summary>
    public static byte[] WriteRemoved(DateTimeOffset at) => Write([new CallRemoved { At = DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds()) }]);

    /// <summary>Whether some lines are what is left of a call that was removed.</summary>
    public static bool AreRemoved(ReadOnlySpan<byte> lines) => lines.StartsWith(RemovedLine);

    /// <summary>The events of some lines, in their order.</summary>
    /// <param name="lines">UTF-8; the last line need not be ended.</param>
    /// <param name="skipped">How many lines could not be read.</param>
    public static List<CallEvent> Read(ReadOnlySpan<byte> lines, out int skipped)
    {
        var events = new List<CallEvent>();
        skipped = 0;
        foreach (var range in lines.Split(NewLine))
        {
            var line = lines[range];
            if (line.IsEmpty)
            {
                continue;
            }

            if (TryRead(line) is { } one)
            {
                events.Add(one);
            }
            else
            {
                skipped++;
            }
        }

        return events;
    }

    private static CallEvent? TryRead(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, CallEventJson.Default.CallEvent);
        }
        catch (Exception unreadable) when (unreadable is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}

/// <summary>How events are written: camelCase, enums as words, the event's name first but read anywhere.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CallEvent))]
internal sealed partial class CallEventJson : JsonSerializerContext;
