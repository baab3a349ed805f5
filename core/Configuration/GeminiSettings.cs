namespace PhoneAgent.Core.Configuration;

/// <summary>Section <c>Gemini</c>: the Live API that holds the conversation.</summary>
public sealed class GeminiSettings
{
    /// <summary>Sent as <c>x-goog-api-key</c>, never in an address.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>The Live model, without <c>models/</c>.</summary>
    public string Model { get; set; } = "gemini-3.8-live";

    /// <summary>
    /// The model that summarises a call after its end, for the functions and only where they have a key, and that notes the beginning of a long
    /// one, for the relay; without <c>models/</c>.
    /// </summary>
    public string TextModel { get; set; } = "gemini-3.6-flash";

    /// <summary>Origin of the Live API; the API's path is appended.</summary>
    public string Endpoint { get; set; } = "wss://generativelanguage.googleapis.com";

    /// <summary>
    /// Whether the endpoint knows <c>sessionResumption.transparent</c> (Vertex AI behind a gateway does, the Gemini API does not): resuming
    /// then sends again exactly what was not consumed, instead of a little more.
    /// </summary>
    public bool TellsConsumed { get; set; }
}
