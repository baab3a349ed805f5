using System.Globalization;
using System.Text.Json;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>
/// Reads what Gemini says about the connection itself: how long it lasts, and how the session can be resumed. Seldom sent,
/// so read by the document. Source: https://ai.google.dev/api/live#SessionResumptionUpdate
/// </summary>
internal static class SessionUpdates
{
    /// <summary><c>goAway</c>: the duration in <c>timeLeft</c>, for example <c>9.5s</c>; null when there is none.</summary>
    public static TimeSpan? ReadTimeLeft(ref Utf8JsonReader reader)
    {
        using var goAway = JsonDocument.ParseValue(ref reader);
        return goAway.RootElement.ValueKind == JsonValueKind.Object
            && goAway.RootElement.TryGetProperty("timeLeft", out var left)
            && left.ValueKind == JsonValueKind.String
            && left.GetString() is [.. var seconds, 's']
            && double.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value < 86_400
            ? TimeSpan.FromSeconds(value) : null;
    }

    /// <summary><c>sessionResumptionUpdate</c>: a new handle, or that there is none now.</summary>
    public static void ReadResumption(ref Utf8JsonReader reader, ServerMessage message)
    {
        using var update = JsonDocument.ParseValue(ref reader);
        message.ResumptionUpdate = true;
        if (update.RootElement.ValueKind != JsonValueKind.Object
            || !update.RootElement.TryGetProperty("resumable", out var resumable) || resumable.ValueKind != JsonValueKind.True
            || !update.RootElement.TryGetProperty("newHandle", out var handle) || handle.ValueKind != JsonValueKind.String
            || handle.GetString() is not { Length: > 0 } text)
        {
            return;
        }

        message.Handle = text;
        message.LastConsumed = update.RootElement.TryGetProperty("lastConsumedClientMessageIndex", out var index) ? Whole(index) : null;
    }

    // An int64 is a string in Protobuf's JSON.
    private static long? Whole(JsonElement number) => number.ValueKind switch
    {
        JsonValueKind.Number when number.TryGetInt64(out var value) => value,
        JsonValueKind.String when long.TryParse(number.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) => value,
        _ => null,
    };
}
