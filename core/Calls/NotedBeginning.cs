namespace PhoneAgent.Core.Calls;

/// <summary>Relay: what was said first in a long call was noted, for an agent that is to go on without having heard it.</summary>
/// <param name="Notes">By a text model: data, one line of at most 2,000 characters without angle brackets.</param>
/// <param name="Left">How many of the newest lines with words in them, before this fact, are not in the notes.</param>
public sealed record BeginningNoted(string Notes, int Left) : CallEvent;

/// <summary>What stands in for the first words of a long call, for an agent that goes on without having heard them.</summary>
/// <param name="Notes">See <see cref="BeginningNoted"/>.</param>
/// <param name="Lines">How many lines of the transcript that have words they stand for, of the agent's those with words that were heard.</param>
public sealed record NotedBeginning(string Notes, int Lines)
{
    /// <summary>The newest notes of a call's relays.</summary>
    /// <param name="facts">Their facts, in the order of the attempts and within them.</param>
    internal static NotedBeginning? From(IEnumerable<CallEvent> facts)
    {
        var (lines, noted) = (0, (NotedBeginning?)null);
        foreach (var fact in facts)
        {
            lines += fact is CallerSaid { Text.Length: > 0 } or AgentSaid { HeardText.Length: > 0 } ? 1 : 0;
            noted = fact is BeginningNoted notes ? new NotedBeginning(notes.Notes, Math.Max(0, lines - notes.Left)) : noted;
        }

        return noted;
    }
}
