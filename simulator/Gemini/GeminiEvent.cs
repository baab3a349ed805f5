namespace PhoneAgent.Simulator.Gemini;

/// <summary>What happens in a conversation, told while it happens, for a live transcript.</summary>
/// <param name="At">Since the connection was accepted.</param>
public abstract record GeminiEvent(TimeSpan At);

/// <summary>The caller has said something.</summary>
public sealed record CallerWasHeard(TimeSpan At, HeardUtterance Utterance) : GeminiEvent(At);

/// <summary>The agent begins a line.</summary>
public sealed record AgentBegan(TimeSpan At, string Line) : GeminiEvent(At);

/// <summary>The agent's line is taken to be heard to its end.</summary>
public sealed record AgentFinished(TimeSpan At, string Line) : GeminiEvent(At);

/// <summary>The caller cut the agent off.</summary>
public sealed record AgentWasInterrupted(TimeSpan At, GeminiInterruption Interruption) : GeminiEvent(At);

/// <summary>The model calls a function.</summary>
public sealed record FunctionWasCalled(TimeSpan At, FunctionCall Call) : GeminiEvent(At);
