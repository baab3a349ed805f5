namespace PhoneAgent.Core.Calls;

/// <summary>
/// What the Live models cost, in US dollars per million tokens, paid tier, without taxes and discounts. As of November 2026;
/// prices change, so what is computed from them is an estimate. Source: https://ai.google.dev/gemini-api/docs/pricing
/// </summary>
public static class ModelPrices
{
    private static readonly Dictionary<string, Price> Known = new(StringComparer.Ordinal)
    {
        ["gemini-3.8-live"] = new(TextIn: 0.75m, AudioIn: 3.00m, TextOut: 4.50m, AudioOut: 12.00m),
        ["gemini-3.1-flash-live-preview"] = new(TextIn: 0.75m, AudioIn: 3.00m, TextOut: 4.50m, AudioOut: 12.00m),
        ["gemini-2.5-flash-native-audio-preview-12-2025"] = new(TextIn: 0.50m, AudioIn: 3.00m, TextOut: 2.00m, AudioOut: 12.00m),
    };

    /// <summary>What some tokens cost, in US dollars; null for a model whose price is not known here.</summary>
    public static decimal? Cost(string? model, TokenUsage tokens) =>
        model is not null && Known.TryGetValue(model, out var price)
            ? ((tokens.TextIn * price.TextIn) + (tokens.AudioIn * price.AudioIn) + (tokens.TextOut * price.TextOut) + (tokens.AudioOut * price.AudioOut)) / 1_000_000m
            : null;

    private sealed record Price(decimal TextIn, decimal AudioIn, decimal TextOut, decimal AudioOut);
}
