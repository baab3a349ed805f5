namespace PhoneAgent.Simulator.Gemini;

/// <summary>The constants of the Live API's wire. Source: https://ai.google.dev/api/live</summary>
public static class GeminiWire
{
    /// <summary>Path of the method in the version clients use by default.</summary>
    public const string Path = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";

    /// <summary>Samples per second of the caller's sound. Source: https://ai.google.dev/gemini-api/docs/live-guide#audio-formats</summary>
    public const int CallerRate = 16_000;

    /// <summary>Samples per second of the model's sound, same source.</summary>
    public const int AgentRate = 24_000;

    /// <summary>Header with the key. Source: https://ai.google.dev/api#authentication</summary>
    internal const string KeyHeader = "x-goog-api-key";

    /// <summary>Query parameter with the key, as the JavaScript client sends it.</summary>
    internal const string KeyQuery = "key";

    /// <summary>Tokens that one second of sound counts as. Source: https://ai.google.dev/gemini-api/docs/tokens</summary>
    internal const int TokensPerSecond = 25;

    /// <summary>The prebuilt voices. Source: https://ai.google.dev/gemini-api/docs/speech-generation#voices</summary>
    internal static readonly HashSet<string> Voices =
    [
        "Zephyr", "Puck", "Charon", "Kore", "Fenrir", "Leda", "Orus", "Aoede", "Callirrhoe", "Autonoe", "Enceladus", "Iapetus",
        "Umbriel", "Algieba", "Despina", "Erinome", "Algenib", "Rasalgethi", "Laomedeia", "Achernar", "Alnilam", "Schedar",
        "Gacrux", "Pulcherrima", "Achird", "Zubenelgenubi", "Vindemiatrix", "Sadachbia", "Sadaltager", "Sulafat",
    ];
}
