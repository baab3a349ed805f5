using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>One thing that was said.</summary>
/// <param name="Speaker">By whom.</param>
/// <param name="Text">The words; of the agent's, those that were heard.</param>
internal sealed record SpokenLine(Speaker Speaker, string Text);

/// <summary>What was said in a call so far, for a session of Gemini that begins without having heard it.</summary>
/// <param name="Lines">In order, the newest within <see cref="MaxLength"/>.</param>
/// <param name="Cut">The words of the agent's last line as far as they were heard, when it was not finished; empty when they are not known, null when it was.</param>
/// <param name="IsShortened">Some of what came before is neither here nor in the notes.</param>
internal sealed record SpokenSoFar(IReadOnlyList<SpokenLine> Lines, string? Cut, bool IsShortened)
{
    /// <summary>Characters of the newest words that are never made shorter: some ten minutes of talk.</summary>
    public const int RecentLength = 8_000;

    /// <summary>Characters above which what came before the newest is noted by a text model.</summary>
    public const int LongLength = 12_000;

    /// <summary>Characters kept at most. Where the notes fail the oldest words go: memory stays flat in a call of any length.</summary>
    public const int MaxLength = 16_000;

    /// <summary>What a text model noted of the words before the lines; null when it has noted nothing. Data, and bounded: see <see cref="CallNotes"/>.</summary>
    public string? Notes { get; init; }

    /// <summary>What a call's log knows.</summary>
    public static SpokenSoFar From(CallRecord record)
    {
        var lines = record.Transcript
            .Select(turn => new SpokenLine(turn.Speaker, turn.HeardText ?? turn.Text))
            .Where(line => line.Text.Length > 0)
            .Skip(record.Noted?.Lines ?? 0)
            .ToList();
        var length = 0;
        var kept = Enumerable.Reverse(lines).TakeWhile(line => (length += line.Text.Length) <= MaxLength).Reverse().ToList();
        return new SpokenSoFar(kept, record.Transcript is [.., { HeardText: { } heard } last] && heard != last.Text ? heard : null, kept.Count < lines.Count)
        {
            Notes = record.Noted?.Notes,
        };
    }
}
