using System.Text;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>The beginning of a long conversation, to be made shorter.</summary>
/// <param name="Notes">What was noted of what came before the lines; null when nothing was.</param>
/// <param name="Lines">In order.</param>
internal sealed record LongBeginning(string? Notes, IReadOnlyList<SpokenLine> Lines);

/// <summary>
/// The lines of a conversation that a new session of Gemini would be told: the newest as they were spoken, those before them as notes. In a
/// call of any length it holds no more than <see cref="SpokenSoFar.MaxLength"/> characters. Not thread-safe: <see cref="SpokenTurns"/> owns it.
/// </summary>
internal sealed class SpokenLines : IDisposable
{
    // UTF-8 in blocks that are used again: strings that live for minutes are garbage that is collected last, 8 kB of it a minute and call.
    private readonly ByteRing _texts = new(int.MaxValue);
    private readonly Queue<Line> _lines = [];
    private int _length;
    private int _taken;
    private string? _notes;
    private bool _isCut;

    /// <summary>Whether it is time to make the beginning shorter.</summary>
    public bool IsLong => _taken == 0 && _length > SpokenSoFar.LongLength;

    /// <summary>What was said in a stream that this one goes on from.</summary>
    public void Recall(SpokenSoFar before)
    {
        (_notes, _isCut) = (before.Notes ?? _notes, before.IsShortened || _isCut);
        foreach (var line in before.Lines)
        {
            Add(line);
        }
    }

    /// <summary>Something was said. The oldest lines go when there is no more room for them, but for those that are being noted.</summary>
    public void Add(SpokenLine line)
    {
        if (line.Text.Length == 0)
        {
            return;
        }

        var utf8 = Encoding.UTF8.GetBytes(line.Text);
        _texts.Append(utf8);
        _lines.Enqueue(new Line(line.Speaker, utf8.Length, line.Text.Length));
        _length += line.Text.Length;
        while (_length > SpokenSoFar.MaxLength && _lines.Count > 1 && _taken == 0)
        {
            Forget();
            _isCut = true;
        }
    }

    /// <summary>What was said so far.</summary>
    /// <param name="pending">What is not settled yet.</param>
    /// <param name="cut">See <see cref="SpokenSoFar.Cut"/>.</param>
    public SpokenSoFar SoFar(IEnumerable<SpokenLine> pending, string? cut) => new([.. Oldest(_lines.Count), .. pending], cut, _isCut) { Notes = _notes };

    /// <summary>All but the newest lines, which stay here until <see cref="Noted"/>; null when they need not be made shorter.</summary>
    public LongBeginning? TakeBeginning()
    {
        if (!IsLong)
        {
            return null;
        }

        var left = _length;
        _taken = _lines.TakeWhile(line => (left -= line.Length) + line.Length > SpokenSoFar.RecentLength).Count();
        return new LongBeginning(_notes, [.. Oldest(_taken)]);
    }

    /// <summary>What was taken is noted, or could not be. Returns how many lines are left.</summary>
    /// <param name="notes">The notes, which hold those before as well; null on failure.</param>
    public int Noted(string? notes)
    {
        for (; notes is not null && _taken > 0; _taken--)
        {
            Forget();
        }

        (_taken, _notes) = (0, notes ?? _notes);
        return _lines.Count;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        (_length, _taken) = (0, 0);
        _lines.Clear();
        _texts.Dispose();
    }

    private IEnumerable<SpokenLine> Oldest(int count)
    {
        var position = _texts.Start;
        foreach (var line in _lines.Take(count))
        {
            var utf8 = new byte[line.Bytes];
            position += _texts.Copy(position, utf8);
            yield return new SpokenLine(line.Speaker, Encoding.UTF8.GetString(utf8));
        }
    }

    private void Forget()
    {
        var line = _lines.Dequeue();
        _texts.Release(_texts.Start + line.Bytes);
        _length -= line.Length;
    }

    private readonly record struct Line(Speaker Speaker, int Bytes, int Length);
}
