using PhoneAgent.Simulator.Scripts;

namespace PhoneAgent.Simulator.Gemini;

/// <content>What the client tells in words: texts, history, functions' answers.</content>
internal sealed partial class SimulatedConversation
{
    /// <summary>
    /// A text came: idle, the agent goes on with the line that its history breaks off in when it is told so, else says its next one;
    /// busy, it only takes note.
    /// </summary>
    public void Read(string text, TimeSpan now)
    {
        var first = !_contentSeen;
        _contentSeen = true;
        _told = _told.With(text);
        if (_line is not null || _reply is not null || _ears.CallerSpeaks)
        {
            return;
        }

        if (_told.Cut is { } cut && text.Contains(LastWords(cut), StringComparison.Ordinal))
        {
            (_reply, _wordsToSkip) = (_lines.Turn(cut), _told.WordsSaid);
            _thoughtAt = now + _pace.ThinkTime;
        }
        else if (_told.Unanswered is { } asked)
        {
            _nextTurn = asked;
            Prepare(now);
        }
        else if (_pace.Transcriber is null || first)
        {
            Prepare(now);
        }
        else
        {
            (_reply, _thoughtAt) = (_lines.Filler(_fillers++), now + _pace.ThinkTime);
        }

        _told = _told with { Cut = null, Unanswered = null };
    }

    /// <summary>Turns were told by the client: history, or something to answer at once.</summary>
    /// <returns>Why that is refused; null when it is not.</returns>
    public GeminiClose? Read(IReadOnlyList<HistoryTurn> turns, bool turnComplete, TimeSpan now)
    {
        var first = !_contentSeen;
        if (first)
        {
            _told = ToldHistory.Read(turns, _lines);
            _nextTurn = Math.Max(_nextTurn, _told.NextTurn);
        }

        _contentSeen = true;
        if (!first && _setup.Model.ContentOnlySeeds)
        {
            return GeminiClose.InvalidArgument("Request contains an invalid argument.");
        }

        if (turnComplete && !(first && (_setup.FirstContentIsHistory || _setup.Model.ContentOnlySeeds)))
        {
            Interrupt(now);
            Prepare(now);
        }

        return null;
    }

    /// <summary>A function's answer came; one nobody waits for changes nothing.</summary>
    public void Read(FunctionResponse response, TimeSpan now)
    {
        if (_function?.Id != response.Id)
        {
            return;
        }

        _function = null;
        if (response.Scheduling == "SILENT")
        {
            _reply = null;
        }
        else
        {
            _thoughtAt = _ears.CallerSpeaks ? null : now + _pace.ThinkTime;
        }
    }

    // The last words that were told as said; whoever quotes them knows where to go on.
    private string LastWords(int turn)
    {
        var words = _lines.Turn(turn).Agent.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words[Math.Max(0, _told.WordsSaid - 3).._told.WordsSaid]);
    }
}
