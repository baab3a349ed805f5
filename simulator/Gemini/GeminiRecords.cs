using System.Text.Json.Nodes;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>Something the client told as history or as a turn, by <c>clientContent</c>.</summary>
/// <param name="Role"><c>user</c> or <c>model</c>.</param>
/// <param name="Text">Its text parts, joined.</param>
public sealed record HistoryTurn(string Role, string Text);

/// <summary>A function's answer as the client sent it.</summary>
/// <param name="Id">The call's id.</param>
/// <param name="Name">The function's name; empty when left out.</param>
/// <param name="Response">The object with <c>output</c> or <c>error</c>.</param>
/// <param name="Scheduling">When the model is to use it; null when left out.</param>
public sealed record FunctionResponse(string Id, string Name, JsonObject Response, string? Scheduling);

/// <summary>A function the model called.</summary>
/// <param name="Id">The call's id.</param>
/// <param name="Name">The function's name.</param>
/// <param name="Args">Its arguments.</param>
/// <param name="At">When, since the connection was accepted.</param>
public sealed record FunctionCall(string Id, string Name, JsonObject Args, TimeSpan At);

/// <summary>Speech of the caller, from its first to its last loud sample of <see cref="GeminiSession.Heard"/>.</summary>
/// <param name="Text">What it is taken to say.</param>
/// <param name="StartSample">Where it begins.</param>
/// <param name="EndSample">Where it ends.</param>
/// <param name="NoticedAt">When its end was certain, since the connection was accepted.</param>
public sealed record HeardUtterance(string Text, long StartSample, long EndSample, TimeSpan NoticedAt);

/// <summary>A line of the agent, as far as it got.</summary>
/// <param name="Text">The whole line.</param>
/// <param name="StartedAt">When its first sound was sent, since the connection was accepted.</param>
/// <param name="TotalMs">How long it would be.</param>
/// <param name="GeneratedMs">How much of it was sent.</param>
/// <param name="State">How far it got.</param>
public sealed record SpokenLine(string Text, TimeSpan StartedAt, int TotalMs, int GeneratedMs, LineState State);

/// <summary>How far a line got.</summary>
public enum LineState
{
    /// <summary>It is being sent, or its assumed playback goes on.</summary>
    Speaking,

    /// <summary>It was taken to be heard to its end.</summary>
    Complete,

    /// <summary>It was cut off.</summary>
    Interrupted,
}

/// <summary>The caller cut the agent off.</summary>
/// <param name="Line">The line cut off.</param>
/// <param name="At">When <c>interrupted</c> was sent, since the connection was accepted.</param>
/// <param name="GeneratedMs">How much of the line had been sent.</param>
/// <param name="AssumedHeardMs">How much of it the model took to have been played.</param>
public sealed record GeminiInterruption(string Line, TimeSpan At, int GeneratedMs, int AssumedHeardMs);

/// <summary>What a session-resumption handle stands for.</summary>
/// <param name="Handle">The handle.</param>
/// <param name="Session">Number of the session it was given in.</param>
/// <param name="SamplesConsumed">The caller's samples taken into it, over all sessions it goes back to.</param>
/// <param name="NextTurn">The script's turn that comes next.</param>
public sealed record ResumptionSnapshot(string Handle, int Session, long SamplesConsumed, int NextTurn);
