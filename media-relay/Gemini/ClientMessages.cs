using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Tools;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>
/// Writes the messages that go to Gemini Live; each carries exactly one of setup, clientContent, realtimeInput and toolResponse.
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

    /// <summary>
    /// What was said before this session, sent first in it. Models from 3 on wait for it when <c>setup</c> said so, and take <c>turnComplete</c> as
    /// its end; older ones would take that as a question. Source: https://ai.google.dev/api/live#HistoryConfig
    /// </summary>
    public static byte[] History(SpokenSoFar soFar, IEnumerable<SpokenLine> pending, string model) => Write(json =>
    {
        json.WriteStartObject("clientContent");
        json.WriteStartArray("turns");
        IEnumerable<SpokenLine> omitted = SessionTexts.Before(soFar) is { } before ? [new SpokenLine(Speaker.Caller, before)] : [];
        foreach (var line in omitted.Concat(soFar.Lines).Concat(pending))
        {
            json.WriteStartObject();
            json.WriteString("role", line.Speaker == Speaker.Agent ? "model" : "user");
            WriteParts(json, line.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("turnComplete", WaitsForHistory(model));
        json.WriteEndObject();
    });

    /// <summary>The answer to one function call.</summary>
    public static byte[] ToolResponse(FunctionCall call, FunctionAnswer answer) => Write(json =>
    {
        json.WriteStartObject("toolResponse");
        json.WriteStartArray("functionResponses");
        json.WriteStartObject();
        if (call.Id is not null)
        {
            json.WriteString("id", call.Id);
        }

        json.WriteString("name", call.Name);
        if (answer.Scheduling is not null)
        {
            json.WriteString("scheduling", answer.Scheduling);
        }

        json.WriteStartObject("response");
        json.WritePropertyName(answer.Succeeded ? "output" : "error");
        json.WriteRawValue(answer.Json);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>The first message of a connection: the agent as its profile describes it.</summary>
    /// <param name="setup">What else the connection begins with.</param>
    public static byte[] Setup(SessionSetup setup) => Write(json =>
    {
        json.WriteStartObject("setup");
        var agent = setup.Agent;
        json.WriteString("model", $"models/{setup.Model}");

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
        WriteModelRules(json, agent.Model);
        json.WriteEndObject();

        json.WriteStartObject("systemInstruction");
        WriteParts(json, agent.Instructions);
        json.WriteEndObject();
        if (!setup.Tools.IsEmpty)
        {
            json.WritePropertyName("tools");
            json.WriteRawValue(setup.Tools.Span);
        }

        // Without compression an audio session ends after 15 minutes.
        json.WriteStartObject("contextWindowCompression");
        if (agent.Model.CompressAtTokens is { } trigger)
        {
            json.WriteString("triggerTokens", trigger.ToString(CultureInfo.InvariantCulture)); // int64, so a text
        }

        WriteEmpty(json, "slidingWindow");
        json.WriteEndObject();
        WriteResumption(json, setup);
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

    // What the model does not take was refused when the relay started.
    private static void WriteModelRules(Utf8JsonWriter json, ModelRules rules)
    {
        if (rules.Temperature is { } temperature)
        {
            json.WriteNumber("temperature", temperature);
        }

        if (rules.TopP is { } topP)
        {
            json.WriteNumber("topP", topP);
        }

        if (rules.ThinkingLevel is null && rules.ThinkingBudget is null)
        {
            return;
        }

        json.WriteStartObject("thinkingConfig");
        if (rules.ThinkingLevel is { } level)
        {
            json.WriteString("thinkingLevel", level.ToString().ToUpperInvariant());
        }

        if (rules.ThinkingBudget is { } budget)
        {
            json.WriteNumber("thinkingBudget", budget);
        }

        json.WriteEndObject();
    }

    private static void WriteResumption(Utf8JsonWriter json, SessionSetup setup)
    {
        json.WriteStartObject("sessionResumption");
        if (setup.Handle is not null)
        {
            json.WriteString("handle", setup.Handle);
        }

        if (setup.AsksConsumed)
        {
            json.WriteBoolean("transparent", true);
        }

        json.WriteEndObject();
        if (setup.TellsHistory && WaitsForHistory(setup.Model))
        {
            json.WriteStartObject("historyConfig");
            json.WriteBoolean("initialHistoryInClientContent", true);
            json.WriteEndObject();
        }
    }

    // Models before 3 do not know historyConfig.
    private static bool WaitsForHistory(string model) => !model.StartsWith("gemini-2", StringComparison.Ordinal) && !model.StartsWith("gemini-live-2", StringComparison.Ordinal);

    private static void WriteParts(Utf8JsonWriter json, string text)
    {
        json.WriteStartArray("parts");
        json.WriteStartObject();
        json.WriteString("text", text);
        json.WriteEndObject();
        json.WriteEndArray();
    }

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
