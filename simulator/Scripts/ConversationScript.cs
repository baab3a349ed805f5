using System.Text.Json.Nodes;

namespace PhoneAgent.Simulator.Scripts;

/// <summary>
/// What is said in a simulated call: the simulated caller speaks the caller's lines, the simulated Gemini the agent's.
/// The caller hangs up once the agent's last line was heard, unless they stay.
/// </summary>
/// <param name="Turns">In order; the first is the agent's greeting, so it has no caller's line.</param>
public sealed record ConversationScript(IReadOnlyList<ScriptTurn> Turns)
{
    /// <summary>What the agent says, in rotation, once the turns are used up; empty for a stock phrase.</summary>
    public IReadOnlyList<string> AgentLines { get; init; } = [];

    /// <summary>Whether the caller stays on the line after the agent's last line, so that the agent ends the call, or a person takes it.</summary>
    public bool CallerStays { get; init; }

    /// <summary>The demo call: a question about opening hours, a barge-in, a goodbye.</summary>
    public static ConversationScript Demo { get; } = ScriptFile.Embedded("demo.json");

    /// <summary>For a caller who is not scripted: the agent greets and answers every utterance with its next line.</summary>
    public static ConversationScript Adaptive { get; } = ScriptFile.Embedded("adaptive.json");

    /// <summary>Reads a script of the user's.</summary>
    /// <exception cref="ScriptFileException">The file is no script; the message names file, key and what is wrong.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static ConversationScript Load(string path) => ScriptFile.Parse(File.ReadAllBytes(path), Path.GetFileName(path));
}

/// <summary>One thing the caller says and what the agent answers.</summary>
public sealed record ScriptTurn
{
    /// <summary>What the caller says; null in the greeting, where the agent speaks first.</summary>
    public string? Caller { get; init; }

    /// <summary>The keys the caller presses instead of speaking; null for none.</summary>
    public string? Keys { get; init; }

    /// <summary>
    /// The caller starts speaking this many milliseconds after hearing the agent's previous line begin, in the middle of
    /// it; null waits until that line was heard to its end.
    /// </summary>
    public int? InterruptAfterMs { get; init; }

    /// <summary>What the agent answers.</summary>
    public required string Agent { get; init; }

    /// <summary>A function the model calls before it answers; null for none.</summary>
    public ScriptToolCall? Tool { get; init; }
}

/// <summary>A function call of the simulated model.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Args">Its arguments, a JSON object.</param>
public sealed record ScriptToolCall(string Name, JsonObject Args);
