using System.Text.Json.Nodes;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>What a client says. Source: https://ai.google.dev/api/live#BidiGenerateContentClientContent</summary>
internal abstract record ClientMessage;

internal sealed record SetupMessage(JsonObject Setup) : ClientMessage;

/// <summary><c>realtimeInput.audio</c>: the caller's sound, 16 kHz.</summary>
internal sealed record AudioMessage(short[] Samples, string MimeType) : ClientMessage;

internal sealed record TextMessage(string Text) : ClientMessage;

internal sealed record AudioStreamEndMessage : ClientMessage;

internal sealed record ActivityStartMessage : ClientMessage;

internal sealed record ActivityEndMessage : ClientMessage;

internal sealed record ContentMessage(IReadOnlyList<HistoryTurn> Turns, bool TurnComplete) : ClientMessage;

internal sealed record ToolResponseMessage(IReadOnlyList<FunctionResponse> Responses) : ClientMessage;

/// <summary>Something this simulator has no ears for (video, a context update): recorded and ignored.</summary>
internal sealed record ForeignMessage(string Name) : ClientMessage;

/// <summary>Something the real one closes the connection for.</summary>
internal sealed record UnacceptableMessage(GeminiClose Close) : ClientMessage;
