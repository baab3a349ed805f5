using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Webhooks;

namespace PhoneAgent.Handlers.Voice;

/// <summary>Carries out a decision: what it states is logged first, then Twilio is answered.</summary>
public sealed class CallControl(ICallLog log, CallAnswers answers, TransferTargets targets, TimeProvider time, ILogger<CallControl> logger)
{
    /// <summary>Decides what happens to a call, logs it and answers.</summary>
    internal async Task<IResult> ContinueAsync(TwilioForm form, CallRecord? record, StreamEndedFields fields, CancellationToken cancellation)
    {
        var decision = CallDecisions.Decide(record, fields, time.GetUtcNow(), answers.Limits, targets);
        logger.StreamDecided(decision.Row, decision.GetType().Name);
        Telemetry.Decisions.Add(1, new KeyValuePair<string, object?>("row", decision.Row.ToString()));

        var offer = decision is CallDecision.Connect next ? answers.NewOffer(next.Attempt, record?.CurrentAgent ?? answers.AgentFor(form["To"])) : null;
        var logged = await TryAppendAsync(form.CallSid, Facts(decision, record, offer), cancellation).ConfigureAwait(false);
        return decision switch
        {
            CallDecision.DoNothing => CallAnswers.Nothing(),
            CallDecision.HangUp => CallAnswers.HangUp(),
            // A call's first stream begins with the sentences that nobody may miss, wherever it is offered.
            CallDecision.Connect when logged && record?.NewestOffered is null => answers.Greet(form.CallSid, offer!),
            CallDecision.Connect connect when logged => answers.Connect(form.CallSid, offer!, Twiml.Pause(connect.PauseSeconds)),
            CallDecision.Dial dial when logged => answers.Dial(dial),
            _ => answers.Apologise(),
        };
    }

    private List<CallEvent> Facts(CallDecision decision, CallRecord? record, StreamOffered? offer)
    {
        var facts = new List<CallEvent>();
        if (decision.TransferOutcome is { } outcome && record?.Transfers is [.., { Outcome: null }])
        {
            facts.Add(new TransferEnded(outcome) { At = time.GetUtcNow() });
        }

        if (decision is CallDecision.Dial { AlreadyDialed: false } dial)
        {
            facts.Add(new TransferDialed(dial.Target) { At = time.GetUtcNow() });
        }

        if (offer is not null)
        {
            facts.Add(offer);
        }

        return facts;
    }

    private async Task<bool> TryAppendAsync(CallSid callSid, List<CallEvent> facts, CancellationToken cancellation)
    {
        try
        {
            await log.AppendAsync(callSid, facts, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (CallLogUnavailableException unavailable)
        {
            logger.CallLogUnavailable(unavailable);
            return false;
        }
    }
}
