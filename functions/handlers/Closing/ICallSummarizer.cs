using PhoneAgent.Core.Calls;

namespace PhoneAgent.Handlers.Closing;

/// <summary>Asks a text model to summarise a call. One implementation: Google's SDK, in the function app; without one there are no summaries.</summary>
public interface ICallSummarizer
{
    /// <summary>
    /// The model's answer as it came. It is read with <see cref="SummaryReader"/>, never trusted.
    /// Whatever fails is thrown; the exception's text goes nowhere.
    /// </summary>
    Task<SummaryAnswer> SummarizeAsync(SummaryTask task, CancellationToken cancellation);
}

/// <summary>What a model is asked.</summary>
/// <param name="Instructions">Ours alone: the system instruction.</param>
/// <param name="Transcript">The call, between delimiters it cannot close: the user's turn.</param>
/// <param name="AnswerSchema">JSON Schema of the answer.</param>
public sealed record SummaryTask(string Instructions, string Transcript, string AnswerSchema)
{
    /// <summary>More than the longest summary that is accepted, and room to think.</summary>
    public const int MaxOutputTokens = 8192;
}

/// <summary>What a model answered; billed whether it is of use or not.</summary>
/// <param name="Text">A stranger's text; null when there is none.</param>
/// <param name="Model">The model that was asked.</param>
/// <param name="Tokens">What it took in and gave, as far as it says.</param>
public sealed record SummaryAnswer(string? Text, string Model, TokenUsage Tokens);
