namespace PhoneAgent.Core.Calls;

/// <summary>
/// Relay: Gemini gave a handle with which another replica can go on, should this one die. It holds what was said until now, and nothing
/// of what is noted after it. Secret: whoever has it and the key has the conversation.
/// </summary>
/// <param name="Handle">Gemini's handle.</param>
/// <param name="Model">The Live model it is of: another cannot use it.</param>
/// <param name="Agent">Name of the agent profile it was set up with.</param>
public sealed record SessionSaved(string Handle, string Model, string Agent) : CallEvent;

/// <summary>Relay: the stream ends so that another replica can go on with the call.</summary>
/// <remarks>What the caller had heard of the agent's last turn stands in the <see cref="AgentSaid"/> before it.</remarks>
/// <param name="Session">What the agent can go on with as if nothing had been; null when it has to be told what was said.</param>
/// <param name="CallerMsLost">Milliseconds of the caller's audio, with speech in them, that the agent who goes on has not heard; at most so many.</param>
/// <param name="Functions">Functions the model called of whose outcome the agent has not spoken; null for none.</param>
public sealed record HandedOver(
    SessionSaved? Session = null, int CallerMsLost = 0, IReadOnlyList<OpenFunction>? Functions = null) : CallEvent;

/// <summary>A function the model called, of whose outcome the agent has not spoken yet. Holds words of the call.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Arguments">Its arguments, a JSON object as text.</param>
/// <param name="Answer">Its answer, a JSON object as text; null when the call was cut off before there was one.</param>
/// <param name="Succeeded">Whether the answer is a result, and not an error.</param>
public sealed record OpenFunction(string Name, string Arguments, string? Answer, bool Succeeded);
