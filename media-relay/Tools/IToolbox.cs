using PhoneAgent.MediaRelay.Gemini;

namespace PhoneAgent.MediaRelay.Tools;

/// <summary>
/// The functions the model may call during one call. Runs one and says how it went; that each call of the model is answered
/// exactly once, whatever becomes of the connection meanwhile, is the Gemini session's business.
/// </summary>
internal interface IToolbox
{
    /// <summary>The <c>tools</c> array of <c>setup</c>, JSON; empty for none. Source: https://ai.google.dev/api/caching#Tool</summary>
    ReadOnlyMemory<byte> Declarations { get; }

    /// <summary>
    /// Runs a function beside the audio: within its time limit, its result no larger than its cap. Never throws: an unknown
    /// function, bad arguments, a failure and a timeout are answers too.
    /// </summary>
    /// <param name="call">What the model asks for.</param>
    /// <param name="cancellation">The model took the call back, or the caller hung up: nobody wants the answer any more.</param>
    Task<FunctionAnswer> CallAsync(FunctionCall call, CancellationToken cancellation);
}

/// <summary>How a function call went, for the model.</summary>
/// <param name="Succeeded">Whether <paramref name="Json"/> goes into the response as <c>output</c>, or as <c>error</c>.</param>
/// <param name="Json">One JSON value.</param>
/// <param name="Scheduling">When the model speaks of it: <c>SILENT</c>, <c>WHEN_IDLE</c> or <c>INTERRUPT</c>; null for the model's own default.</param>
internal sealed record FunctionAnswer(bool Succeeded, string Json, string? Scheduling = null);
