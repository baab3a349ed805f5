using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>One thing that was said.</summary>
/// <param name="Speaker">By whom.</param>
/// <param name="Text">The words; of the agent's, those that were heard.</param>
internal sealed record SpokenLine(Speaker Speaker, string Text);

/// <summary>What was said in a call so far, for a session of Gemini that begins without having heard it.</summary>
/// <param name="Lines">In order, the newest within <see cref="MaxLength"/>.</param>
/// <param name="Cut">The words of the agent's last line as far as they were heard, when it was not finished; empty when they are not known, null when it was.</param>
/// <param name="IsShortened">There was more before.</param>
internal sealed record SpokenSoFar(IReadOnlyList<SpokenLine> Lines, string? Cut, bool IsShortened)
{
    /// <summary>Characters kept: some ten minutes of talk. The newest words matter most, and memory stays flat in a call of any length.</summary>
    public const int MaxLength = 8_000;

    /// <summary>What a call's log knows.</summary>
    public static SpokenSoFar From(CallRecord record)
    {
        var lines = record.Transcript
            .Select(turn => new SpokenLine(turn.Speaker, turn.HeardText ?? turn.Text))
            .Where(line => line.Text.Length > 0)
            .ToList();
        var length = 0;
        var kept = Enumerable.Reverse(lines).TakeWhile(line => (length += line.Text.Length) <= MaxLength).Reverse().ToList();
        return new SpokenSoFar(kept, record.Transcript is [.., { HeardText: { } heard } last] && heard != last.Text ? heard : null, kept.Count < lines.Count);
    }
}
