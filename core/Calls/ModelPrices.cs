namespace PhoneAgent.Core.Calls;

/// <summary>
/// What Gemini's models cost, in US dollars per million tokens, paid tier, without taxes and discounts. As of November 2026;
/// prices change, so what is computed from them is an estimate. Source: https://ai.google.dev/gemini-api/docs/pricing
/// </summary>
public static class ModelPrices
{
    // The text models' price doubles then.
    private static readonly DateTimeOffset NewYear2027 = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, Price> Known = new(StringComparer.Ordinal)
    {
        ["gemini-3.8-live"] = new(TextIn: 0.75m, AudioIn: 3.00m, TextOut: 4.50m, AudioOut: 12.00m),
        ["gemini-3.1-flash-live-preview"] = new(TextIn: 0.75m, AudioIn: 3.00m, TextOut: 4.50m, AudioOut: 12.00m),
        ["gemini-2.5-flash-native-audio-preview-12-2025"] = new(TextIn: 0.50m, AudioIn: 3.00m, TextOut: 2.00m, AudioOut: 12.00m),
    };

    // They neither hear nor speak here. Taken from what others write of Google's page, which was out of reach; not confirmed.
    private static readonly Dictionary<string, (Price Until2027, Price From2027)> KnownForText = new(StringComparer.Ordinal)
    {
        ["gemini-3.6-flash"] = (OfText(0.75m, 3.75m), OfText(1.50m, 7.50m)),
        ["gemini-3.8-flash"] = (OfText(0.75m, 3.75m), OfText(1.50m, 7.50m)),
    };

    /// <summary>What some tokens cost, in US dollars; null for a model whose price is not known here.</summary>
    /// <param name="model">The model, without <c>models/</c>.</param>
    /// <param name="tokens">What it took in and gave.</param>
    /// <param name="at">When.</param>
    public static decimal? Cost(string? model, TokenUsage tokens, DateTimeOffset at)
    {
        if (model is null || PriceOf(model, at) is not { } price)
        {
            return null;
        }

        var millionths = (tokens.TextIn * price.TextIn) + (tokens.AudioIn * price.AudioIn) + (tokens.TextOut * price.TextOut) + (tokens.AudioOut * price.AudioOut);
        return millionths / 1_000_000m;
    }

    private static Price? PriceOf(string model, DateTimeOffset at) =>
        !KnownForText.TryGetValue(model, out var text) ? Known.GetValueOrDefault(model)
        : at < NewYear2027 ? text.Until2027
        : text.From2027;

    private static Price OfText(decimal input, decimal output) => new(TextIn: input, AudioIn: 0, TextOut: output, AudioOut: 0);

    private sealed record Price(decimal TextIn, decimal AudioIn, decimal TextOut, decimal AudioOut);
}
