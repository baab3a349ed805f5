namespace PhoneAgent.Simulator.Gemini;

/// <summary>
/// What a model that follows a script makes of the history a client tells it: which turn comes next, and which line it has not said to
/// its end. It knows its own lines by their words, as a real model knows what it was saying.
/// </summary>
/// <param name="NextTurn">The script's turn that comes next.</param>
/// <param name="Cut">The turn whose line is not finished; null for none.</param>
/// <param name="WordsSaid">How many of its words were said.</param>
/// <param name="Unanswered">The turn whose question was asked and not answered; null for none.</param>
/// <param name="Called">Names of functions that are told to have been called.</param>
internal sealed record ToldHistory(int NextTurn, int? Cut, int WordsSaid, int? Unanswered, IReadOnlyList<string> Called)
{
    private const string CalledBefore = "(I have called the function ";

    private const string Returned = "The function ";

    /// <summary>Nothing was told.</summary>
    public static ToldHistory None { get; } = new(0, null, 0, null, []);

    /// <summary>Finds the place in the script.</summary>
    public static ToldHistory Read(IReadOnlyList<HistoryTurn> told, ConversationLines lines)
    {
        var called = told.Where(turn => turn.Text.StartsWith(CalledBefore, StringComparison.Ordinal)).Select(turn => turn.Text[CalledBefore.Length..].Split(' ')[0]).ToList();
        var said = told.Where(turn => !turn.Text.StartsWith(CalledBefore, StringComparison.Ordinal)).ToList();
        var next = 0;
        var (cut, words) = ((int?)null, 0);
        foreach (var turn in said.Where(turn => turn.Role == "model"))
        {
            for (var number = lines.ScriptedTurns - 1; number >= 0; number--)
            {
                if (lines.Turn(number).Agent.StartsWith(turn.Text, StringComparison.Ordinal) && number + 1 >= next)
                {
                    var isWhole = lines.Turn(number).Agent.Length == turn.Text.Length;
                    (next, cut, words) = (number + 1, isWhole ? null : number, turn.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
                    break;
                }
            }
        }

        if (said is [.., { Role: "model" }])
        {
            return new ToldHistory(next, cut, words, null, called);
        }

        var asked = said is [.., var question] ? lines.TurnAsked(question.Text) : null;
        return new ToldHistory(asked + 1 ?? next, null, 0, asked, called);
    }

    /// <summary>The same with what a text tells: that a function has returned.</summary>
    public ToldHistory With(string text) =>
        text.StartsWith(Returned, StringComparison.Ordinal) ? this with { Called = [.. Called, text[Returned.Length..].Split(' ')[0]] } : this;
}
