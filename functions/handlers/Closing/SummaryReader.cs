using System.Text.Json;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Handlers.Closing;

/// <summary>
/// Reads a model's answer. It is a stranger's text in the end, because the model read one: only the expected shape counts,
/// every list and text is bounded, and control characters go.
/// </summary>
public static class SummaryReader
{
    private const int MaxAnswer = 64 * 1024;
    private const int MaxOutcome = 1_000;
    private const int MaxItems = 10;
    private const int MaxItem = 300;

    /// <summary>The summary; null when the answer is none.</summary>
    public static CallSummary? Read(string? answer)
    {
        if (answer is not { Length: > 0 and <= MaxAnswer })
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(answer);
            var root = document.RootElement;
            var (topics, promises, followUps) = (Items(root, "topics"), Items(root, "promises"), Items(root, "followUps"));
            return Text(root, "outcome", MaxOutcome) is { Length: > 0 } outcome && Sentiment(root) is { } sentiment && topics is not null && promises is not null && followUps is not null
                ? new CallSummary(outcome, topics, promises, sentiment, followUps)
                : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null; // InvalidOperationException: not an object, or half a surrogate pair
        }
    }

    private static CallerSentiment? Sentiment(JsonElement root) => Text(root, "sentiment", MaxItem) switch
    {
        "positive" => CallerSentiment.Positive,
        "neutral" => CallerSentiment.Neutral,
        "negative" => CallerSentiment.Negative,
        "mixed" => CallerSentiment.Mixed,
        _ => null,
    };

    private static IReadOnlyList<string>? Items(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var items = list.EnumerateArray().Take(MaxItems).Select(item => Plain(item, MaxItem)).ToList();
        return items.Contains(null) ? null : [.. items.OfType<string>().Where(item => item.Length > 0)];
    }

    private static string? Text(JsonElement root, string name, int most) => root.TryGetProperty(name, out var value) ? Plain(value, most) : null;

    private static string? Plain(JsonElement value, int most)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var text = string.Concat(value.GetString()!.Select(one => char.IsControl(one) ? ' ' : one)).Trim();
        return text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1)] + "…";
    }
}
