using System.Buffers;
using System.Text;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// The words of both sides, from when they are spoken until they are facts for the log: the agent's as far as they were
/// heard, each turn once it was. Positions are those of <see cref="Playback"/>. Not thread-safe: <see cref="Conversation"/> owns it.
/// </summary>
internal sealed class SpokenTurns(CallJournal journal, TimeProvider time) : IDisposable
{
    private readonly List<AgentTurn> _turns = [];
    private readonly Stack<AgentTurn> _spare = [];
    private readonly ArrayBufferWriter<byte> _callerText = new(256);
    private DateTimeOffset? _callerSince;
    private TimeSpan _answeredAt;
    private readonly SpokenLines _lines = new();
    private int _callerTextInHandle;
    private bool _cut;
    private bool _joins;
    private bool _isLeft;

    /// <summary>Whether more may belong to the agent's turn.</summary>
    public bool AgentIsGenerating => Open is not null;

    /// <summary>Samples of agent speech received.</summary>
    public long AgentSamples { get; private set; }

    /// <summary>Samples of agent speech heard, in the turns that are over.</summary>
    public long HeardSamples { get; private set; }

    /// <summary>Turns of the agent that the caller cut off.</summary>
    public int Interruptions { get; private set; }

    private AgentTurn? Open => _turns is [.., { Complete: false } turn] ? turn : null;

    /// <summary>The agent spoke, from one position to the other.</summary>
    public void AgentSpoke(long start, long end)
    {
        SettleCaller();
        (_cut, _isLeft) = (false, false);
        (Open ?? Begin(start)).End = end;
        AgentSamples += end - start;
    }

    /// <summary>A piece of the agent's transcript, UTF-8.</summary>
    /// <param name="utf8">The words.</param>
    /// <param name="position">Where the agent's audio is; a turn that begins with words begins there.</param>
    public void AgentSaid(ReadOnlySpan<byte> utf8, long position)
    {
        if (_cut)
        {
            return; // words of the interrupted turn, which the caller will never hear
        }

        // The transcript can lag behind the audio, even behind the end of the turn.
        SettleCaller();
        var turn = _turns is [.., var newest] ? newest : Begin(position);
        if (_joins && utf8 is not [(byte)' ', ..])
        {
            turn.AddText(" "u8);
        }

        _joins = false;
        turn.AddText(utf8);
    }

    /// <summary>A piece of the caller's transcript, UTF-8.</summary>
    /// <param name="utf8">The words.</param>
    /// <param name="heardTo">The position up to which the agent was heard.</param>
    public void CallerSaid(ReadOnlySpan<byte> utf8, long heardTo)
    {
        if (_isLeft && Open is { } unfinished)
        {
            // The session that spoke it is gone; what another says now answers the caller, and is no end of that sentence.
            unfinished.Complete = true;
            HeardTo(heardTo);
        }

        _callerSince ??= time.GetUtcNow();
        _callerText.Write(utf8);
    }

    /// <summary>The agent's audio went out up to a position: whose first it was has begun, and answers what the caller said since the turn before.</summary>
    /// <param name="position">Up to where.</param>
    /// <param name="now">Time since the call began.</param>
    /// <param name="callerSoundedAt">When the caller was last heard; null when never.</param>
    public void WentOut(long position, TimeSpan now, TimeSpan? callerSoundedAt)
    {
        foreach (var turn in _turns)
        {
            if (turn.Since is null && position > turn.Start && turn.End > turn.Start)
            {
                turn.Since = time.GetUtcNow();
                turn.ResponseMs = callerSoundedAt > _answeredAt ? (int)(now - callerSoundedAt.Value).TotalMilliseconds : null;
                _answeredAt = now;
            }
        }
    }

    /// <summary>Nothing more belongs to the agent's turn.</summary>
    public void AgentTurnComplete(long heardTo)
    {
        _cut = false;
        SettleCaller();
        if (Open is { } turn)
        {
            turn.Complete = true;
        }

        HeardTo(heardTo);
    }

    /// <summary>The agent was heard up to a position: turns that are complete and heard become facts.</summary>
    public void HeardTo(long position)
    {
        while (_turns is [{ Complete: true } oldest, ..] && position >= oldest.End)
        {
            _turns.RemoveAt(0);
            Settle(oldest, position);
        }
    }

    /// <summary>The caller cut the agent off, having heard it up to a position.</summary>
    public void Interrupted(long heardTo)
    {
        foreach (var turn in _turns)
        {
            if (heardTo < turn.End)
            {
                Interruptions++;
                journal.Add(new AgentInterrupted(turn.HeardMs(heardTo), turn.GeneratedMs) { At = time.GetUtcNow() });
            }

            Settle(turn, heardTo);
        }

        _turns.Clear();
        _cut = true;
    }

    /// <summary>What the agent says next is said by another session: its words do not continue the last one's.</summary>
    public void ConnectionEnded() => _joins = _isLeft = true;

    /// <summary>A handle holds what was heard of the caller so far.</summary>
    public void HandleCame() => _callerTextInHandle = _callerText.WrittenCount;

    /// <summary>The caller's audio since the handle, or since the agent's last turn, will be transcribed once more: its words are dropped here.</summary>
    public void CallerIsHeardAgain(bool sinceHandle)
    {
        var kept = sinceHandle ? _callerText.WrittenSpan[.._callerTextInHandle].ToArray() : [];
        _callerText.ResetWrittenCount();
        _callerText.Write(kept);
    }

    /// <summary>Whether what was said first should be noted, because it would be too much to tell a new session.</summary>
    public bool IsLong => _lines.IsLong;

    /// <summary>What was said before, in a stream that this one goes on from.</summary>
    public void Recall(SpokenSoFar before) => _lines.Recall(before);

    /// <inheritdoc cref="SpokenLines.TakeBeginning" />
    public LongBeginning? TakeBeginning() => _lines.TakeBeginning();

    /// <summary>What was taken is noted, or could not be.</summary>
    /// <param name="notes">The notes, which hold those before as well; null on failure.</param>
    public void Noted(string? notes)
    {
        var left = _lines.Noted(notes);
        if (notes is not null)
        {
            journal.Add(new BeginningNoted(notes, left) { At = time.GetUtcNow() });
        }
    }

    /// <summary>What was said so far, the agent's words as far as they are or will be heard.</summary>
    public SpokenSoFar SoFar()
    {
        var caller = new SpokenLine(Speaker.Caller, Encoding.UTF8.GetString(_callerText.WrittenSpan).Trim());
        var pending = _turns.Select(turn => new SpokenLine(Speaker.Agent, turn.Text())).Append(caller).Where(line => line.Text.Length > 0);
        return _lines.SoFar(pending, Open?.Text());
    }

    /// <summary>Makes facts of all that is left, the agent having been heard up to a position.</summary>
    public void Finish(long heardTo)
    {
        SettleCaller();
        _turns.ForEach(turn => Settle(turn, heardTo));
        _turns.Clear();
    }

    /// <inheritdoc />
    public void Dispose() => _lines.Dispose();

    private AgentTurn Begin(long start)
    {
        var turn = _spare.TryPop(out var spare) ? spare : new AgentTurn();
        turn.Begin(start);
        _turns.Add(turn);
        return turn;
    }

    /// <summary>What the caller said becomes a fact.</summary>
    public void SettleCaller()
    {
        if (_callerText.WrittenCount == 0)
        {
            return;
        }

        var text = Encoding.UTF8.GetString(_callerText.WrittenSpan).Trim();
        _callerText.ResetWrittenCount();
        _callerTextInHandle = 0;
        _lines.Add(new SpokenLine(Speaker.Caller, text));
        journal.Add(new CallerSaid(text, _callerSince) { At = time.GetUtcNow() });
        _callerSince = null;
    }

    private void Settle(AgentTurn turn, long heardTo)
    {
        HeardSamples += turn.HeardSamples(heardTo);
        var text = turn.Text();
        if (text.Length > 0 || turn.GeneratedMs > 0)
        {
            var heardText = turn.HeardText(heardTo);
            _lines.Add(new SpokenLine(Speaker.Agent, heardText));
            journal.Add(new AgentSaid(text, heardText, turn.GeneratedMs, turn.HeardMs(heardTo), turn.Since, turn.ResponseMs) { At = time.GetUtcNow() });
        }

        _spare.Push(turn);
    }
}
