using PhoneAgent.MediaRelay.Sockets;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>Opens connections to the Live API: a WebSocket in production, an in-memory pair in virtual time.</summary>
public interface IGeminiConnector
{
    /// <summary>
    /// Whether the endpoint knows <c>sessionResumption.transparent</c> and then tells with each handle what it has consumed. Vertex AI does;
    /// the Gemini API does not, and its SDKs refuse the field.
    /// </summary>
    bool TellsConsumed => false;

    /// <summary>Opens one connection, up to the point where <c>setup</c> may be sent.</summary>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    Task<GeminiConnecting> ConnectAsync(CancellationToken cancellation);
}

/// <summary>A connection, or why there is none.</summary>
/// <param name="Socket">The open connection; null on failure.</param>
/// <param name="Problem">The cause in words, without secrets; null on success.</param>
/// <param name="IsFinal">Whether trying again cannot help: the key or the address is wrong.</param>
public sealed record GeminiConnecting(IMessageSocket? Socket, string? Problem, bool IsFinal = false);
