using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>Reads one message of a client: any spelling, any layout, unknown fields skipped.</summary>
internal static class ClientMessageParser
{
    private static readonly string[] Kinds = ["setup", "clientContent", "realtimeInput", "toolResponse"];

    /// <summary>What the message says; usually one thing, a <c>realtimeInput</c> can hold several.</summary>
    public static IReadOnlyList<ClientMessage> Parse(ReadOnlySpan<byte> utf8)
    {
        if (WireJson.ParseObject(utf8) is not { } message)
        {
            return Refused("Invalid JSON payload received.");
        }

        var kinds = Kinds.Where(kind => message.Field(kind) is not null).ToArray();
        return kinds switch
        {
            [] => [new ForeignMessage(message.Select(field => field.Key).FirstOrDefault("(empty)"))],
            [var kind] when message.Field(kind) is not JsonObject => Refused($"Invalid value at '{kind}': expected an object."),
            ["setup"] => [new SetupMessage((JsonObject)message.Field("setup")!)],
            ["realtimeInput"] => RealtimeInput((JsonObject)message.Field("realtimeInput")!),
            ["clientContent"] => [Content(message.Field("clientContent")!)],
            ["toolResponse"] => [ToolResponse(message.Field("toolResponse")!)],
            _ => Refused($"Invalid value (oneof), oneof field 'message_type' is already set. Cannot set '{kinds[1]}'."),
        };
    }

    private static List<ClientMessage> RealtimeInput(JsonObject input)
    {
        List<ClientMessage> said = [];
        foreach (var (key, value) in input)
        {
            if (value is null)
            {
                continue;
            }

            said.Add(WireJson.CamelCase(key) switch
            {
                "mediaChunks" => new UnacceptableMessage(GeminiClose.MediaChunks),
                "audio" => Audio(value),
                "text" => value.Text() is { } text ? new TextMessage(text) : Wrong("realtime_input.text"),
                "audioStreamEnd" => value.Flag() is true ? new AudioStreamEndMessage() : Wrong("realtime_input.audio_stream_end"),
                "activityStart" => new ActivityStartMessage(),
                "activityEnd" => new ActivityEndMessage(),
                _ => new ForeignMessage($"realtimeInput.{key}"),
            });
        }

        return said;
    }

    private static ClientMessage Audio(JsonNode blob)
    {
        var mimeType = blob.Field("mimeType").Text() ?? "";
        if (!IsCallerSound(mimeType))
        {
            // The real one resamples other rates; a client of this project that sends one has a mistake.
            return new UnacceptableMessage(GeminiClose.InvalidArgument($"Unsupported audio '{mimeType}': this simulator takes audio/pcm;rate=16000."));
        }

        var base64 = blob.Field("data").Text() ?? "";
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length))
        {
            return Wrong("realtime_input.audio.data (base64)");
        }

        return length % 2 == 0
            ? new AudioMessage(MemoryMarshal.Cast<byte, short>(bytes.AsSpan(0, length)).ToArray(), mimeType)
            : Wrong("realtime_input.audio.data (16-bit samples have an even number of bytes)");
    }

    private static bool IsCallerSound(string mimeType)
    {
        var parts = mimeType.Split(';', StringSplitOptions.TrimEntries);
        return parts[0].Equals("audio/pcm", StringComparison.OrdinalIgnoreCase)
            && parts[1..].All(part => !part.StartsWith("rate=", StringComparison.OrdinalIgnoreCase) || part[5..] == $"{GeminiWire.CallerRate}");
    }

    private static ClientMessage Content(JsonNode content)
    {
        if (content.Field("turns") is not (null or JsonArray))
        {
            return Wrong("client_content.turns");
        }

        var turns = (content.Field("turns") as JsonArray ?? []).Select(turn => new HistoryTurn(
            turn.Field("role").Text() ?? "user",
            string.Concat((turn.Field("parts") as JsonArray ?? []).Select(part => part.Field("text").Text())))).ToArray();
        return turns.FirstOrDefault(turn => turn.Role is not ("user" or "model")) is { } foreign
            ? new UnacceptableMessage(GeminiClose.InvalidArgument($"Please use a valid role: user, model. Got '{foreign.Role}'."))
            : new ContentMessage(turns, content.Field("turnComplete").Flag() ?? false);
    }

    private static ClientMessage ToolResponse(JsonNode toolResponse)
    {
        if (toolResponse.Field("functionResponses") is not JsonArray { Count: > 0 } responses)
        {
            return Wrong("tool_response.function_responses");
        }

        List<FunctionResponse> answers = [];
        foreach (var response in responses)
        {
            if (response.Field("response") is not JsonObject body || response.Field("id").Text() is not { Length: > 0 } id)
            {
                return Wrong("tool_response.function_responses (id and response are required)");
            }

            var scheduling = response.Field("scheduling").Text();
            if (scheduling is not (null or "SILENT" or "WHEN_IDLE" or "INTERRUPT" or "SCHEDULING_UNSPECIFIED"))
            {
                return Wrong($"tool_response.function_responses.scheduling ({scheduling})");
            }

            answers.Add(new FunctionResponse(id, response.Field("name").Text() ?? "", body, scheduling));
        }

        return new ToolResponseMessage(answers);
    }

    private static ClientMessage[] Refused(string reason) => [new UnacceptableMessage(GeminiClose.InvalidArgument(reason))];

    private static UnacceptableMessage Wrong(string field) => new(GeminiClose.InvalidArgument($"Invalid value at '{field}'."));
}
