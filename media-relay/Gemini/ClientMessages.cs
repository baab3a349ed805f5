using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using PhoneAgent.Core.Agents;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>
/// Writes the messages that go to Gemini Live; each carries exactly one of setup, realtimeInput and toolResponse.
/// Source: https://ai.google.dev/api/live#BidiGenerateContentClientMessage
/// </summary>
internal static class ClientMessages
{
    private static ReadOnlySpan<byte> AudioStart => "{\"realtimeInput\":{\"audio\":{\"data\":\""u8;

    private static ReadOnlySpan<byte> AudioEnd => "\",\"mimeType\":\"audio/pcm;rate=16000\"}}}"u8;

    /// <summary>Bytes of an audio message of this many samples.</summary>
    public static int AudioLength(int samples) => AudioStart.Length + Base64.GetMaxEncodedToUtf8Length(samples * sizeof(short)) + AudioEnd.Length;

    /// <summary>Caller audio, PCM16 little-endian, 16 kHz. Returns the length.</summary>
    public static int Audio(ReadOnlySpan<short> pcm16k, Span<byte> message)
    {
        AudioStart.CopyTo(message);
        Base64.EncodeToUtf8(MemoryMarshal.AsBytes(pcm16k), message[AudioStart.Length..], out _, out var encoded);
        var length = AudioStart.Length + encoded;
        AudioEnd.CopyTo(message[length..]);
        return length + AudioEnd.Length;
    }

    /// <summary>Text that the model takes in as if said to it, and answers.</summary>
    public static byte[] Text(string text) => Write(json =>
    {
        json.WriteStartObject("realtimeInput");
        json.WriteString("text", text);
        json.WriteEndObject();
    });

    /// <summary>The answer to one function call: an error in words, so that the model can go on without the result.</summary>
    public static byte[] ToolError(FunctionCall call, string error) => Write(json =>
    {
        json.WriteStartObject("toolResponse");
        json.WriteStartArray("functionResponses");
        json.WriteStartObject();
        if (call.Id is not null)
        {
            json.WriteString("id", call.Id);
        }

        json.WriteString("name", call.Name);
        json.WriteStartObject("response");
        json.WriteString("error", error);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>The first message of a connection: the agent as its profile describes it.</summary>
    public static byte[] Setup(string model, AgentProfile agent) => Write(json =>
    {
        json.WriteStartObject("setup");
        json.WriteString("model", $"models/{model}");

        json.WriteStartObject("generationConfig");
        json.WriteStartArray("responseModalities");
        json.WriteStringValue("AUDIO");
        json.WriteEndArray();
        json.WriteStartObject("speechConfig");
        json.WriteStartObject("voiceConfig");
        json.WriteStartObject("prebuiltVoiceConfig");
        json.WriteString("voiceName", agent.Voice);
        json.WriteEndObject();
        json.WriteEndObject();
        if (agent.Language is not null)
        {
            json.WriteString("languageCode", agent.Language);
        }

        json.WriteEndObject();
        json.WriteEndObject();

        json.WriteStartObject("systemInstruction");
        json.WriteStartArray("parts");
        json.WriteStartObject();
        json.WriteString("text", agent.Instructions);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();

        // Without compression an audio session ends after 15 minutes.
        json.WriteStartObject("contextWindowCompression");
        WriteEmpty(json, "slidingWindow");
        json.WriteEndObject();
        WriteEmpty(json, "sessionResumption");
        WriteEmpty(json, "inputAudioTranscription");
        WriteEmpty(json, "outputAudioTranscription");

        json.WriteStartObject("realtimeInputConfig");
        json.WriteStartObject("automaticActivityDetection");
        json.WriteString("startOfSpeechSensitivity", "START_SENSITIVITY_" + Word(agent.VoiceActivity.StartSensitivity));
        json.WriteString("endOfSpeechSensitivity", "END_SENSITIVITY_" + Word(agent.VoiceActivity.EndSensitivity));
        json.WriteNumber("prefixPaddingMs", agent.VoiceActivity.PrefixPaddingMs);
        json.WriteNumber("silenceDurationMs", agent.VoiceActivity.SilenceDurationMs);
        json.WriteEndObject();
        json.WriteString("activityHandling", "START_OF_ACTIVITY_INTERRUPTS");
        json.WriteString("turnCoverage", "TURN_INCLUDES_ONLY_ACTIVITY");
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static string Word(Sensitivity sensitivity) => sensitivity == Sensitivity.High ? "HIGH" : "LOW";

    private static void WriteEmpty(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteEndObject();
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
