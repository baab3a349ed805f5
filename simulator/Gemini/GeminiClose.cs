using System.Text;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>
/// Why a connection is closed. The codes follow the gRPC status behind them, as reports show: an invalid argument is 1007,
/// what is not found or not permitted 1008, what is broken inside 1011.
/// </summary>
/// <param name="Code">WebSocket close code, https://www.rfc-editor.org/rfc/rfc6455#section-7.4</param>
/// <param name="Reason">The text; on the wire cut to 123 bytes, like the real one's.</param>
public sealed record GeminiClose(int Code, string Reason)
{
    private const int InvalidArgumentCode = 1007;
    private const int PolicyCode = 1008;
    private const int LongestReasonBytes = 123; // https://www.rfc-editor.org/rfc/rfc6455#section-5.5

    // An unknown key is an invalid argument (HTTP 400 API_KEY_INVALID in the REST API), no key and a blocked key lack
    // permission (HTTP 403). Users report the same split on this socket, after an accepted upgrade.
    internal static GeminiClose KeyNotValid { get; } = new(InvalidArgumentCode, "API key not valid. Please pass a valid API key.");

    internal static GeminiClose KeyMissing { get; } = new(
        PolicyCode,
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.");

    internal static GeminiClose KeyBlocked { get; } = new(PolicyCode, "Your API key was reported as leaked. Please use another API key.");

    internal static GeminiClose SetupFirst { get; } = new(InvalidArgumentCode, "setup must be the first message and only the first");

    internal static GeminiClose MediaChunks { get; } = new(
        InvalidArgumentCode, "realtime_input.media_chunks is deprecated. Use audio, video, or text instead.");

    internal static GeminiClose TooBig { get; } = new(1009, "Message too big");

    internal static GeminiClose InvalidArgument(string what) => new(InvalidArgumentCode, what);

    internal static GeminiClose ModelNotFound(string model, string apiVersion) => new(
        PolicyCode,
        $"{model} is not found for API version {apiVersion}, or is not supported for bidiGenerateContent. Call ListModels to see the list of available models and their supported methods.");

    /// <summary>The reason as it fits into a close frame.</summary>
    internal string WireReason()
    {
        var reason = Reason;
        while (Encoding.UTF8.GetByteCount(reason) > LongestReasonBytes)
        {
            reason = reason[..^1];
        }

        return reason.Length > 0 && char.IsHighSurrogate(reason[^1]) ? reason[..^1] : reason;
    }
}
