namespace PhoneAgent.Handlers.Closing;

/// <summary>Asks a text model to summarise a call. One implementation: Google's SDK, in the function app; without one there are no summaries.</summary>
public interface ICallSummarizer
{
    /// <summary>
    /// The model's answer as it came, or null when it gave none. It is read with <see cref="SummaryReader"/>, never trusted.
    /// Whatever fails is thrown; the exception's text goes nowhere.
    /// </summary>
    Task<string?> SummarizeAsync(SummaryTask task, CancellationToken cancellation);
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
