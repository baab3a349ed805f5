using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>
/// One message of the server; its parts combine freely. Written indented and with fields no client knows, as the real
/// one's look. Source: https://ai.google.dev/api/live#BidiGenerateContentServerMessage
/// </summary>
internal sealed record ServerMessage
{
    private static readonly JsonWriterOptions Layout = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Set in the answer to setup.</summary>
    public string? SetupCompleteOfSession { get; init; }

    /// <summary>The model's sound, 24 kHz, one part each.</summary>
    public IReadOnlyList<ReadOnlyMemory<short>> Audio { get; init; } = [];

    public string AudioMimeType { get; init; } = "audio/pcm;rate=24000";

    public Transcription? InputTranscription { get; init; }

    public Transcription? OutputTranscription { get; init; }

    public bool Interrupted { get; init; }

    public bool GenerationComplete { get; init; }

    public bool TurnComplete { get; init; }

    /// <summary><c>IDLE</c> or <c>IN_PROGRESS</c>; null leaves it out.</summary>
    public string? InteractionStatus { get; init; }

    public FunctionCall? ToolCall { get; init; }

    /// <summary>A handle to resume with; empty while there is none.</summary>
    public string? ResumptionHandle { get; init; }

    /// <summary>Index of the client's last message in the handle's state; null leaves it out.</summary>
    public long? LastConsumed { get; init; }

    /// <summary>In how long the connection ends; null when nothing is said of it.</summary>
    public TimeSpan? TimeLeft { get; init; }

    public TokenCounts? Usage { get; init; }

    private bool HasContent => Audio.Count > 0 || InputTranscription is not null || OutputTranscription is not null
        || Interrupted || GenerationComplete || TurnComplete;

    /// <summary>The message's bytes.</summary>
    public byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Layout))
        {
            json.WriteStartObject();
            WriteSetupComplete(json);
            if (HasContent)
            {
                WriteContent(json);
            }

            WriteToolCall(json);
            WriteResumption(json);
            WriteGoAway(json);
            WriteUsage(json);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private void WriteSetupComplete(Utf8JsonWriter json)
    {
        if (SetupCompleteOfSession is not null)
        {
            json.WriteStartObject("setupComplete");
            json.WriteString("sessionId", SetupCompleteOfSession);
            json.WriteEndObject();
        }
    }

    private void WriteContent(Utf8JsonWriter json)
    {
        json.WriteStartObject("serverContent");
        if (Audio.Count > 0)
        {
            json.WriteStartObject("modelTurn");
            json.WriteStartArray("parts");
            foreach (var part in Audio)
            {
                json.WriteStartObject();
                json.WriteStartObject("inlineData");
                json.WriteString("mimeType", AudioMimeType);
                json.WriteBase64String("data", MemoryMarshal.AsBytes(part.Span));
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("role", "model");
            json.WriteEndObject();
        }

        InputTranscription?.Write(json, "inputTranscription");
        OutputTranscription?.Write(json, "outputTranscription");
        WriteIfTrue(json, "interrupted", Interrupted);
        WriteIfTrue(json, "generationComplete", GenerationComplete);
        WriteIfTrue(json, "turnComplete", TurnComplete);
        if (InteractionStatus is not null)
        {
            json.WriteString("interactionStatus", InteractionStatus);
        }

        // No client knows this one: it must be skipped, whatever its shape.
        json.WritePropertyName("simulatedUnknownField");
        json.WriteRawValue("""{ "list": [1, { "turnComplete": false }], "text": "\"}{" }""");
        json.WriteEndObject();
    }

    private void WriteToolCall(Utf8JsonWriter json)
    {
        if (ToolCall is null)
        {
            return;
        }

        json.WriteStartObject("toolCall");
        json.WriteStartArray("functionCalls");
        json.WriteStartObject();
        json.WriteString("name", ToolCall.Name);
        json.WritePropertyName("args");
        ToolCall.Args.WriteTo(json);
        json.WriteString("id", ToolCall.Id);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteResumption(Utf8JsonWriter json)
    {
        if (ResumptionHandle is null)
        {
            return;
        }

        // Protobuf leaves defaults out: "not resumable now" is an empty object.
        json.WriteStartObject("sessionResumptionUpdate");
        if (ResumptionHandle.Length > 0)
        {
            json.WriteString("newHandle", ResumptionHandle);
            json.WriteBoolean("resumable", true);
            if (LastConsumed is { } index)
            {
                json.WriteString("lastConsumedClientMessageIndex", index.ToString(CultureInfo.InvariantCulture)); // an int64
            }
        }

        json.WriteEndObject();
    }

    private void WriteGoAway(Utf8JsonWriter json)
    {
        if (TimeLeft is { } left)
        {
            json.WriteStartObject("goAway");
            json.WriteString("timeLeft", string.Create(CultureInfo.InvariantCulture, $"{left.TotalSeconds:0.###}s"));
            json.WriteEndObject();
        }
    }

    private void WriteUsage(Utf8JsonWriter json)
    {
        if (Usage is not { } usage)
        {
            return;
        }

        json.WriteStartObject("usageMetadata");
        json.WriteNumber("promptTokenCount", usage.Prompt);
        json.WriteNumber("responseTokenCount", usage.Response);
        json.WriteNumber("totalTokenCount", usage.Prompt + usage.Response);
        foreach (var (name, count) in ((string, int)[])[("promptTokensDetails", usage.Prompt), ("responseTokensDetails", usage.Response)])
        {
            json.WriteStartArray(name);
            json.WriteStartObject();
            json.WriteString("modality", "AUDIO");
            json.WriteNumber("tokenCount", count);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteIfTrue(Utf8JsonWriter json, string name, bool value)
    {
        if (value)
        {
            json.WriteBoolean(name, true);
        }
    }
}
