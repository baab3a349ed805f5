using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>Answers questions in writing: Gemini's text model in production, a scripted one in virtual time. Never on the way of a call's audio.</summary>
internal interface ITextModel
{
    /// <summary>Asks once.</summary>
    /// <param name="instructions">Ours alone: the system instruction.</param>
    /// <param name="data">What it is about: the user's turn.</param>
    /// <param name="cancellation">Ends the asking.</param>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    Task<TextAnswer> AskAsync(string instructions, string data, CancellationToken cancellation);
}

/// <summary>An answer, or why there is none; either is billed.</summary>
/// <param name="Text">As the model gave it: a stranger's text. Null on failure.</param>
/// <param name="Problem">The cause in words, without content of the call; null on success.</param>
/// <param name="Model">The model that was asked.</param>
/// <param name="Tokens">What it took in and gave, as far as it says.</param>
internal sealed record TextAnswer(string? Text, string? Problem, string? Model = null, TokenUsage Tokens = default);
