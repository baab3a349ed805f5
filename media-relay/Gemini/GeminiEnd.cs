namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>How a Gemini session ended.</summary>
/// <param name="Problem">The cause in words, without content of the call; null when the relay ended it.</param>
internal sealed record GeminiEnd(string? Problem)
{
    /// <summary>The relay ended it.</summary>
    public static GeminiEnd Finished { get; } = new((string?)null);
}
