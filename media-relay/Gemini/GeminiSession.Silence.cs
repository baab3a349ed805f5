using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Gemini;

/// <content>What is done when Gemini announces its end, or is silent when it should not be.</content>
internal sealed partial class GeminiSession
{
    // So long the caller is silent between two words as well; the model takes no shorter silence for an end.
    private static readonly TimeSpan QuietMoment = TimeSpan.FromMilliseconds(400);

    // Less is left when the next look comes.
    private static readonly TimeSpan GoAwayMargin = TimeSpan.FromSeconds(2.5);

    // So much of the caller is something to answer.
    private static readonly TimeSpan Speech = TimeSpan.FromMilliseconds(400);

    /// <summary>Looks about once a second whether the connection is to be changed, or the agent to be told to go on.</summary>
    public void Look()
    {
        GeminiConnection? connection;
        WatchStep step;
        SessionNudged? nudged = null;
        lock (_lock)
        {
            connection = _connection;
            if (connection is not { IsLive: true })
            {
                return;
            }

            if (_leaveCause is not null)
            {
                step = WatchStep.Resume; // it was asked to close, and did not within a second
            }
            else if (IsTimeToLeave)
            {
                _leaveCause = SessionTrouble.GoAway;
                step = WatchStep.Wait;
            }
            else
            {
                step = LookAtSilence(out nudged);
            }
        }

        switch (step)
        {
            case WatchStep.Wait when _leaveCause is not null:
                connection.Leave();
                break;
            case WatchStep.Nudge:
                _conversation.Note(nudged!);
                _uplink.Send(ClientMessages.Text(NudgeText(nudged!.Cause)), isText: false); // a session that begins anew is not silent yet
                break;
            case WatchStep.Resume or WatchStep.Reseed or WatchStep.GiveUp:
                connection.Abort();
                break;
        }
    }

    private bool IsTimeToLeave => _goAwayAt is { } announced && (IsQuietNow || _goAwayIn - _time.GetElapsedTime(announced) < GoAwayMargin);

    private WatchStep LookAtSilence(out SessionNudged? nudged)
    {
        nudged = null;
        if (_watch.Owed is null && _caller.Loud - _loudBefore >= Speech)
        {
            _watch.Owes(SessionTrouble.NoReply);
        }

        var (caller, agent) = (_caller.Silence, _conversation.QuietFor);
        var step = _functions.IsBusy ? WatchStep.Wait : _watch.Look(caller < agent ? caller : agent);
        switch (step)
        {
            case WatchStep.Nudge:
                nudged = new SessionNudged(_watch.Owed!.Value, (int)_watch.OwedFor.TotalMilliseconds) { At = _time.GetUtcNow() };
                _reconnection.Nudges++;
                break;
            case WatchStep.Resume or WatchStep.Reseed:
                _leaveCause = _watch.Owed;
                if (step == WatchStep.Reseed)
                {
                    _point.DropHandle();
                }

                break;
            case WatchStep.GiveUp:
                _givenUp = "the agent stays silent";
                break;
        }

        return step;
    }

    private string NudgeText(SessionTrouble cause)
    {
        if (cause == SessionTrouble.GreetingInterrupted && !_greetingRestarted && _agent.Greeting is { } greeting)
        {
            _greetingRestarted = true;
            return greeting;
        }

        return SessionTexts.SpeakUp(_conversation.SoFar());
    }

    private void Owes(SessionTrouble why)
    {
        lock (_lock)
        {
            _watch.Owes(why);
            _loudBefore = _caller.Loud;
        }
    }
}
