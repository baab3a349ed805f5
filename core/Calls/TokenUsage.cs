namespace PhoneAgent.Core.Calls;

/// <summary>
/// Tokens that Gemini bills, by direction and modality. What it counts without naming a modality, such as thinking and part
/// of the prompt, is text here. Source: https://ai.google.dev/api/live#UsageMetadata
/// </summary>
/// <param name="AudioIn">Audio of the prompt: the caller, and earlier turns of both.</param>
/// <param name="TextIn">The rest of the prompt: instructions, tools, transcripts.</param>
/// <param name="AudioOut">The agent's speech.</param>
/// <param name="TextOut">What else the model generated: function calls, thoughts.</param>
public readonly record struct TokenUsage(long AudioIn, long TextIn, long AudioOut, long TextOut)
{
    /// <summary>Both together.</summary>
    public static TokenUsage operator +(TokenUsage one, TokenUsage other) => new(
        one.AudioIn + other.AudioIn, one.TextIn + other.TextIn, one.AudioOut + other.AudioOut, one.TextOut + other.TextOut);

    /// <inheritdoc cref="op_Addition" />
    public static TokenUsage Add(TokenUsage left, TokenUsage right) => left + right;
}
