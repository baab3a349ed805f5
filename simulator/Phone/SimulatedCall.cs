using System.Text;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Phone.Twiml;

namespace PhoneAgent.Simulator.Phone;

/// <summary>
/// One call. TwiML is asked for and run verb by verb; meanwhile the line carries the caller's and the agent's audio.
/// <code>
/// incoming ──► document ──► verb ──► verb ──► …             (TwiML; this class)
///                 ▲           │ action, redirect
///                 └───────────┘
/// caller ◄──20 ms──► line ◄──frames, playout──► stream ◄──► server   (from the answer to the end)
/// </code>
/// </summary>
internal sealed class SimulatedCall : IDisposable
{
    /// <summary>A call that needs more documents than this is going round in circles.</summary>
    private const int MostDocuments = 50;

    private readonly PhoneSettings _settings;
    private readonly ICaller _caller;
    private readonly TwilioWebhooks _webhooks;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenSource _ended;
    private readonly CallForm _form;
    private readonly CallNotes _notes;
    private readonly CallContext _context;
    private int _durationMs;

    public SimulatedCall(
        PhoneSettings settings, PublicAddresses addresses, TwilioWebhooks webhooks, ICaller caller, Action<PhoneEvent>? onEvent, CancellationToken cancellation)
    {
        _settings = settings;
        _caller = caller;
        _webhooks = webhooks;
        _cancellation = cancellation;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var callSid = settings.CallSid ?? Sids.New("CA", settings.Random);
        _form = new CallForm(settings, callSid);
        _notes = new CallNotes(onEvent);
        var line = new PhoneLine(caller, settings.Time, _notes.Tell);
        _notes.Clock = () => line.AtMs;
        _context = new CallContext
        {
            Settings = settings,
            CallSid = callSid,
            Addresses = addresses,
            Line = line,
            Notes = _notes,
            Webhooks = webhooks,
            Callbacks = new StatusCallbacks(settings, _form, webhooks, _notes),
            Over = WhenOverAsync(line),
            Cancellation = cancellation,
        };
    }

    private StatusCallbacks Callbacks => _context.Callbacks;

    public async Task<CallResult> RunAsync()
    {
        try
        {
            var (ending, finalStatus) = _settings.Direction == CallDirection.Inbound ? await ComeInAsync() : await GoOutAsync();
            _notes.Tell(new CallOver(_context.Line.AtMs, ending));
            Callbacks.Over(finalStatus, _durationMs, _cancellation);
            await Callbacks.SentAsync();
            return CallResults.From(_context, ending, _durationMs, _caller.Complaint);
        }
        finally
        {
            await Callbacks.SentAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // nothing is left running when a call breaks off
        }
    }

    public void Dispose()
    {
        _ended.Cancel();
        _ended.Dispose();
    }

    /// <summary>Inbound: it rings while the first document is fetched.</summary>
    private async Task<(CallEnding Ending, string FinalStatus)> ComeInAsync()
    {
        var url = _context.Addresses.IncomingUrl;
        if (await FetchAsync(new WebhookRequest(url, "POST", _form.ForTwiml("ringing")), "ringing") is not { } document)
        {
            return (CallEnding.ApplicationError, "completed");
        }

        if (document.Verbs is [Reject reject, ..])
        {
            return (CallEnding.Rejected, reject.Reason == "busy" ? "busy" : "no-answer");
        }

        return (await OnTheLineAsync(() => FollowAsync(document, url)), "completed");
    }

    /// <summary>Outbound: the document is fetched once the callee has answered.</summary>
    private async Task<(CallEnding Ending, string FinalStatus)> GoOutAsync()
    {
        Callbacks.Initiated(_cancellation);
        Callbacks.Ringing(_cancellation);
        if (_settings.Unanswered is { } finalStatus)
        {
            return (CallEnding.Unanswered, finalStatus);
        }

        var url = _context.Addresses.IncomingUrl;
        var ending = await OnTheLineAsync(async () =>
            await FetchAsync(new WebhookRequest(url, "POST", _form.ForTwiml("in-progress")), "in-progress") is { } document
                ? await FollowAsync(document, url)
                : CallEnding.ApplicationError);
        return (ending, "completed");
    }

    private async Task<CallEnding> OnTheLineAsync(Func<Task<CallEnding>> follow)
    {
        Callbacks.Answered(_cancellation);
        var line = _context.Line.RunAsync(_ended.Token);
        try
        {
            return await follow();
        }
        finally
        {
            _durationMs = _context.Line.AtMs;
            await _ended.CancelAsync();
            await line;
        }
    }

    private async Task<CallEnding> FollowAsync(TwimlDocument document, Uri url)
    {
        while (true)
        {
            var step = await RunAsync(document, url);
            if (step is not FetchDocument next)
            {
                return step is EndCall end ? end.Ending : CallEnding.TwimlRanOut;
            }

            if (_notes.Documents.Count >= MostDocuments)
            {
                _notes.Log(new TwilioError(11215, $"HTTP too many redirects: the call asked for more than {MostDocuments} documents"));
                return CallEnding.TwimlLoop;
            }

            var status = _context.Over.IsCompleted ? "completed" : "in-progress";
            url = new Uri(url, next.Url);
            var fetched = await FetchAsync(new WebhookRequest(url, next.Method, _form.ForTwiml(status, next.Fields)), status);
            if (_context.Over.IsCompleted)
            {
                return await _context.Over; // what the document says cannot be done any more
            }

            if (fetched is null)
            {
                return CallEnding.ApplicationError;
            }

            document = fetched;
        }
    }

    private async Task<CallStep> RunAsync(TwimlDocument document, Uri url)
    {
        foreach (var verb in document.Verbs)
        {
            _notes.Tell(new VerbBegan(_context.Line.AtMs, verb));
            var step = await RunAsync(verb, url);
            if (step is FetchDocument or EndCall)
            {
                return step;
            }

            if (_context.Over.IsCompleted)
            {
                return CallStep.End(await _context.Over);
            }
        }

        return CallStep.End(CallEnding.TwimlRanOut);
    }

    private async Task<CallStep> RunAsync(TwimlVerb verb, Uri url)
    {
        switch (verb)
        {
            case Connect connect:
                return await ConnectRunner.RunAsync(connect, url, _context);
            case Dial dial:
                return await DialRunner.RunAsync(dial, url, _context);
            case Gather gather:
                return await GatherRunner.RunAsync(gather, _context);
            case Redirect redirect:
                return CallStep.Fetch(redirect.Url, redirect.Method);
            case Hangup or Reject:
                return CallStep.End(CallEnding.HungUpByTwiml);
            default:
                await SimpleVerbs.WaitAsync(verb, _context);
                return CallStep.NextVerb;
        }
    }

    private async Task<TwimlDocument?> FetchAsync(WebhookRequest request, string callStatus)
    {
        var atMs = _context.Line.AtMs;
        var answer = await _webhooks.SendAsync(request, _cancellation);
        var document = answer.Error is { } error ? new TwimlDocument([], [error]) : TwimlReader.Read(answer.ContentType, answer.Body);
        _notes.Documents.Add(new FetchedDocument(
            atMs, request.Url, callStatus, answer.HttpStatus, Encoding.UTF8.GetString(answer.Body), document.Errors));
        foreach (var fault in document.Errors)
        {
            _notes.Log(fault);
        }

        return document.Errors.Count == 0 ? document : null;
    }

    private async Task<CallEnding> WhenOverAsync(PhoneLine line)
    {
        await Task.WhenAny(line.HungUp, Task.Delay(_settings.TimeLimit, _settings.Time, _ended.Token));
        _cancellation.ThrowIfCancellationRequested();
        return line.HungUp.IsCompleted ? CallEnding.CallerHungUp : CallEnding.TimeLimit;
    }
}
