using PhoneAgent.Simulator.Scripts;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>What the agent says when, with its sound; made once per server and shared by its sessions.</summary>
internal sealed class ConversationLines
{
    /// <summary>Said when a script without lines in rotation is used up.</summary>
    public const string StockPhrase = "Is there anything else?";

    private readonly ConversationScript _script;
    private readonly IReadOnlyList<string> _rotation;
    private readonly Dictionary<string, short[]> _sounds = [];

    /// <param name="script">The conversation.</param>
    /// <param name="voice">A text as the agent's sound, 24 kHz; asked for every line now, so that none fails in a call.</param>
    public ConversationLines(ConversationScript script, Func<string, short[]> voice)
    {
        _script = script;
        _rotation = script.AgentLines.Count > 0 ? script.AgentLines : [StockPhrase];
        foreach (var text in script.Turns.Select(turn => turn.Agent).Concat(_rotation).Distinct())
        {
            _sounds[text] = voice(text);
        }
    }

    /// <summary>How many turns the script has.</summary>
    public int ScriptedTurns => _script.Turns.Count;

    /// <summary>The conversation's turn of that number, counted from 0; there is always another one.</summary>
    public ScriptTurn Turn(int number) => number < _script.Turns.Count
        ? _script.Turns[number]
        : new ScriptTurn { Agent = _rotation[(number - _script.Turns.Count) % _rotation.Count] };

    /// <summary>A line's sound, 24 kHz.</summary>
    public short[] Sound(string text) => _sounds[text];

    /// <summary>The turn that begins with the caller saying this; null for none.</summary>
    public int? TurnAsked(string text)
    {
        for (var number = 0; number < _script.Turns.Count; number++)
        {
            if (_script.Turns[number].Caller == text)
            {
                return number;
            }
        }

        return null;
    }

    /// <summary>What is said beside the script, by its number.</summary>
    public ScriptTurn Filler(int number) => new() { Agent = _rotation[number % _rotation.Count] };

    /// <summary>A line without its first words, and as much of its sound as belongs to the others.</summary>
    public (string Text, short[] Sound) From(string text, int words)
    {
        var all = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var sound = Sound(text);
        return words == 0 || words >= all.Length ? (text, sound) : (string.Join(' ', all[words..]), sound[(int)((long)sound.Length * words / all.Length)..]);
    }
}
