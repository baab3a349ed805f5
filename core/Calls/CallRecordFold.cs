namespace PhoneAgent.Core.Calls;

/// <summary>
/// Gathers a call's events into its record. The store keeps the order in which appends arrived, and an append may be
/// repeated: relay events count once per nonce and sequence number, and are put in the order of their attempt.
/// </summary>
internal sealed class CallRecordFold
{
    private readonly HashSet<RelayStamp> _seen = [];
    private readonly Dictionary<string, int> _attemptOfNonce = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, CallAttempt> _attempts = [];
    private readonly SortedDictionary<int, CallTransfer> _transfers = [];
    private readonly List<CallEvent> _spokenAndDone = [];
    private readonly List<StatusReport> _statuses = [];
    private readonly List<StreamError> _streamErrors = [];
    private VoicemailAnswer? _voicemail;
    private CallSummarized? _summarized;
    private CallReceived? _received;
    private DateTimeOffset? _beganAt;
    private DateTimeOffset? _removedAt;
    private AttemptEnd? _finalEnd;
    private int _newestOffered;

    public void Add(CallEvent one)
    {
        _beganAt ??= one.At;
        switch (one)
        {
            case CallReceived received:
                _received ??= received;
                break;
            case StreamOffered offer:
                _attemptOfNonce[offer.Nonce] = offer.Attempt;
                GiveUpBefore(offer.Attempt);
                Change(offer.Attempt, attempt => attempt with { Offer = offer, OfferedAt = attempt.OfferedAt ?? offer.At, Agent = offer.Agent });
                break;
            case StatusChanged status:
                if (!_statuses.Exists(one => one.SequenceNumber == status.SequenceNumber && one.Status == status.Status))
                {
                    _statuses.Add(new StatusReport(status.At, status.SequenceNumber, status.Status, status.DurationSeconds, status.AnsweredBy));
                }

                break;
            case CallRemoved removed:
                _removedAt ??= removed.At;
                break;
            case VoicemailReached reached:
                _voicemail ??= new VoicemailAnswer(reached.At, reached.AnsweredBy, reached.MessageSpoken);
                break;
            case StreamFailed failed:
                if (!_streamErrors.Exists(one => one.StreamSid == failed.StreamSid && one.Error == failed.Error))
                {
                    _streamErrors.Add(new StreamError(failed.At, failed.StreamSid, failed.Error));
                }

                break;
            case CallSummarized summarized:
                _summarized ??= summarized;
                break;
            case TransferDialed dialed:
                ChangeNewestTransfer(transfer => transfer.Target == dialed.Target && transfer.DialedAt is null ? transfer with { DialedAt = dialed.At } : transfer);
                break;
            case TransferAnswered answered:
                ChangeNewestTransfer(transfer => transfer.Outcome is null ? transfer with { Accepted = transfer.Accepted ?? answered.Accepted } : transfer);
                break;
            case TransferEnded ended:
                ChangeNewestTransfer(transfer => transfer.Outcome is null ? transfer with { Outcome = ended.Outcome } : transfer);
                break;
            default:
                if (one.Relay is { } stamp && _seen.Add(stamp))
                {
                    AddFromRelay(one, stamp);
                }

                break;
        }
    }

    public CallRecord Finish(CallSid callSid)
    {
        var inOrder = _spokenAndDone
            .OrderBy(one => _attemptOfNonce.GetValueOrDefault(one.Relay!.Nonce, int.MaxValue))
            .ThenBy(one => one.Relay!.Sequence)
            .ToList();
        return new CallRecord
        {
            CallSid = callSid,
            BeganAt = _beganAt,
            RemovedAt = _removedAt,
            FinalEnd = _finalEnd,
            Carried = CarriedSession.From(inOrder),
            Noted = NotedBeginning.From(inOrder),
            Direction = _received?.Direction,
            Caller = _received?.From,
            Called = _received?.To,
            Agent = _received?.Agent ?? _attempts.Values.FirstOrDefault()?.Agent,
            RequestId = _received?.RequestId,
            Context = _received?.Context,
            Voicemail = _voicemail,
            Summary = _summarized?.Summary,
            SummaryUsage = _summarized is { Tokens: var tokens } && tokens != default ? new SummaryUsage(_summarized.At, _summarized.Model, tokens) : null,
            StreamErrors = _streamErrors,
            Attempts = [.. _attempts.Select(one => one.Value with { Transfer = TransferOf(one.Key) })],
            Transcript = [.. inOrder.Select(SpokenTurnOf).OfType<SpokenTurn>()],
            Tools = [.. inOrder.OfType<ToolCalled>().Select(tool => new ToolUse(tool.At, tool.Name, tool.Outcome, tool.DurationMs))],
            Keys = [.. inOrder.OfType<DigitPressed>().Select(digit => new KeyPress(digit.At, digit.Digit))],
            Interruptions = [.. inOrder.OfType<AgentInterrupted>().Select(cut => new Interruption(cut.At, cut.HeardMs, cut.GeneratedMs))],
            Loudness = [.. inOrder.OfType<LoudnessNoted>()],
            AgentChanges = [.. inOrder.OfType<AgentChanged>().Select(change => new AgentChange(change.At, change.Agent))],
            Sessions = [.. inOrder.Select(SessionChangeOf).OfType<SessionChange>()],
            Digits = string.Concat(inOrder.OfType<DigitPressed>().Select(digit => digit.Digit)),
            Transfers = [.. _transfers.Values],
            Statuses = [.. _statuses.OrderBy(status => status.SequenceNumber)],
            Figures = _attempts.Values.Select(attempt => attempt.End?.Figures).OfType<StreamFigures>().Aggregate(new StreamFigures(), Sum),
        };
    }

    private void AddFromRelay(CallEvent one, RelayStamp stamp)
    {
        if (one is StreamStarted started)
        {
            // A ticket alone suffices: an attempt may be known from the relay only.
            _attemptOfNonce.TryAdd(stamp.Nonce, started.Attempt);
        }

        var known = _attemptOfNonce.TryGetValue(stamp.Nonce, out var number);
        switch (one)
        {
            case StreamStarted start:
                Change(number, attempt => attempt with { StartedAt = attempt.StartedAt ?? start.At, StreamSid = start.StreamSid, Model = start.Model });
                _spokenAndDone.Add(one);
                break;
            case AgentChanged changed:
                _spokenAndDone.Add(one);
                if (known)
                {
                    Change(number, attempt => attempt with { LastAgent = changed.Agent });
                }

                break;
            case HandedOver handed when known:
                Change(number, attempt => attempt with { HandedOverAt = handed.At, CallerMsLost = handed.CallerMsLost });
                _spokenAndDone.Add(one);
                break;
            case StreamEnded ended when known:
                var end = new AttemptEnd(ended.At, ended.Reason, ended.Detail, ended.Figures);
                Change(number, attempt => attempt with { End = end });
                _finalEnd ??= ended.Reason.IsFinal() && number >= _newestOffered ? end : null;
                break;
            case TransferRequested asked when known && number >= _newestOffered:
                _transfers.TryAdd(number, new CallTransfer(asked.Target, asked.Reason, asked.At));
                break;
            case CallerSaid or AgentSaid or AgentInterrupted or DigitPressed or ToolCalled or SessionNudged or SessionResumed or SessionSaved or LoudnessNoted or BeginningNoted:
                _spokenAndDone.Add(one);
                break;
        }
    }

    private void Change(int number, Func<CallAttempt, CallAttempt> change) =>
        _attempts[number] = change(_attempts.TryGetValue(number, out var attempt) ? attempt : new CallAttempt(number));

    private void GiveUpBefore(int number)
    {
        _newestOffered = Math.Max(_newestOffered, number);
        foreach (var (older, attempt) in _attempts.Where(one => one.Key < number && one.Value.GivenUpAs is null).ToList())
        {
            _attempts[older] = attempt with { GivenUpAs = attempt with { Transfer = TransferOf(older) } };
        }
    }

    private CallTransfer? TransferOf(int attempt) => _transfers.TryGetValue(attempt, out var transfer) ? transfer : null;

    private void ChangeNewestTransfer(Func<CallTransfer, CallTransfer> change)
    {
        if (_transfers.Count > 0)
        {
            var newest = _transfers.Keys.Last();
            _transfers[newest] = change(_transfers[newest]);
        }
    }

    private static SpokenTurn? SpokenTurnOf(CallEvent one) => one switch
    {
        CallerSaid caller => new SpokenTurn(caller.At, Speaker.Caller, caller.Text, Since: caller.Since),
        AgentSaid agent => new SpokenTurn(agent.At, Speaker.Agent, agent.Text, agent.HeardText, agent.GeneratedMs, agent.HeardMs, agent.Since, agent.ResponseMs),
        _ => null,
    };

    private static SessionChange? SessionChangeOf(CallEvent one) => one switch
    {
        SessionNudged nudged => new SessionChange(nudged.At, nudged.Cause, null, nudged.SilenceMs),
        SessionResumed resumed => new SessionChange(resumed.At, resumed.Cause, resumed.Continuation, resumed.GapMs),
        _ => null,
    };

    private static StreamFigures Sum(StreamFigures one, StreamFigures other) => new()
    {
        CallerMs = one.CallerMs + other.CallerMs,
        CallerMsToGemini = one.CallerMsToGemini + other.CallerMsToGemini,
        CallerMsDropped = one.CallerMsDropped + other.CallerMsDropped,
        CallerMsRepeated = one.CallerMsRepeated + other.CallerMsRepeated,
        Resumptions = one.Resumptions + other.Resumptions,
        Reseeds = one.Reseeds + other.Reseeds,
        Nudges = one.Nudges + other.Nudges,
        AgentMs = one.AgentMs + other.AgentMs,
        AgentMsHeard = one.AgentMsHeard + other.AgentMsHeard,
        Interruptions = one.Interruptions + other.Interruptions,
        MalformedMessages = one.MalformedMessages + other.MalformedMessages,
        TotalTokens = one.TotalTokens + other.TotalTokens,
        Tokens = one.Tokens + other.Tokens,
        NoteTokens = one.NoteTokens + other.NoteTokens,
        NoteModel = other.NoteModel ?? one.NoteModel,
    };
}
