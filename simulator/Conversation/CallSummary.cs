using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PhoneAgent.Simulator.Conversation;

/// <summary>What <c>call.json</c> holds.</summary>
internal sealed record CallSummary
{
    /// <summary>Whether the call went as it should.</summary>
    public required bool Ok { get; init; }

    /// <summary>What did not go as it should, the first thing; null when all did.</summary>
    public required string? Problem { get; init; }

    /// <summary>The call's name.</summary>
    public required string CallSid { get; init; }

    /// <summary>How it ended, as the phone saw it.</summary>
    public required string End { get; init; }

    /// <summary>How long it lasted, milliseconds.</summary>
    public required int DurationMs { get; init; }

    /// <summary>For how long the phone itself stood still meanwhile, milliseconds: more than 0 when the machine was too busy.</summary>
    public required int StoodMs { get; init; }

    /// <summary>The greeting, then each thing the caller said with its answer.</summary>
    public required IReadOnlyList<SummaryTurn> Turns { get; init; }

    /// <summary>What Gemini took the caller to say.</summary>
    public required IReadOnlyList<SummaryUtterance> Utterances { get; init; }

    /// <summary>Where the caller spoke into the agent's line.</summary>
    public required IReadOnlyList<SummaryInterruption> Interruptions { get; init; }

    /// <summary>Caller frames of 20 ms sent until <c>stop</c>, or until the relay began to close.</summary>
    public required long CallerFramesSent { get; init; }

    /// <summary>Caller frames that were due after that.</summary>
    public required long CallerFramesAfterEnd { get; init; }

    /// <summary>Caller frames of 20 ms that Gemini heard.</summary>
    public required double CallerFramesHeard { get; init; }

    /// <summary>Agent audio that Gemini generated, milliseconds.</summary>
    public required double AgentMsGenerated { get; init; }

    /// <summary>Agent audio that the caller heard, milliseconds.</summary>
    public required double AgentMsHeard { get; init; }

    /// <summary>The holes in the agent's speech, as heard.</summary>
    public required IReadOnlyList<SummaryGap> SpeechGaps { get; init; }

    /// <summary>Where the call had no stream, between two of them.</summary>
    public required IReadOnlyList<SummaryGap> StreamGaps { get; init; }

    /// <summary>What Twilio's error log would hold.</summary>
    public required IReadOnlyList<SummaryError> Errors { get; init; }

    /// <summary>The call's record as the owner's API gives it.</summary>
    public required JsonNode? Record { get; init; }

    /// <summary>The file's text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, CallSummaryJson.Readable.CallSummary);
}

/// <summary>One turn, in milliseconds since the call was answered; the greeting has no caller.</summary>
internal sealed record SummaryTurn(string? Caller, string? Agent, int? ResponseMs, int CallerAtMs = 0, int? AgentAtMs = null, int? AgentEndMs = null);

/// <summary>Something said, as Gemini heard it: in which session, when in its sound, and how long, milliseconds.</summary>
internal sealed record SummaryUtterance(string Text, int Session, int AtMs, int Ms);

/// <summary>One interruption; milliseconds from the caller's first frame to <c>clear</c>, and of the agent's line.</summary>
internal sealed record SummaryInterruption(int? ClearMs, int SilentMs, int HeardMs, int? GeneratedMs);

/// <summary>A time without a stream, or without sound; milliseconds since the call was answered, and long.</summary>
internal sealed record SummaryGap(int AtMs, int Ms);

/// <summary>One entry of Twilio's error log.</summary>
internal sealed record SummaryError(int Code, string Message);

/// <summary>How <c>call.json</c> is written: for people, so "café" and not "caf\u00e9".</summary>
[JsonSerializable(typeof(CallSummary))]
internal sealed partial class CallSummaryJson : JsonSerializerContext
{
    /// <summary>The one way it is written.</summary>
    public static CallSummaryJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
