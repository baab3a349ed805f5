using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Documents;
using PhoneAgent.Handlers.Owner;
using PhoneAgent.Handlers.Webhooks;

namespace PhoneAgent.Handlers.Inbound;

/// <summary>Why an inbound call is not taken.</summary>
public enum CallerRefusal
{
    /// <summary>Its number begins as one of Inbound__BlockedPrefixes.</summary>
    Blocked,

    /// <summary>The caller holds Inbound__MaxConcurrentPerCaller calls already.</summary>
    TooManyCalls,
}

/// <summary>
/// Keeps one caller from taking all lines. A call counts from its first webhook until its end is heard of: by a status, by
/// the end of its stream, by its log when the caller is at the limit, or at last by its age. So neither a crash nor a
/// missing status callback locks a caller out for longer than a call may last.
/// </summary>
public sealed class CallerLimits(
    IDocumentStore documents, ICallLog log, IOptionsMonitor<InboundSettings> inbound, IOptionsMonitor<RelaySettings> relay, TimeProvider time, ILogger<CallerLimits> logger)
{
    // Between being counted and being logged a call is in neither state; a handler takes seconds at most.
    private static readonly TimeSpan LongestAdmission = TimeSpan.FromMinutes(1);

    /// <summary>Whether calls from a number are rejected.</summary>
    internal bool IsBlocked(TwilioForm form) => IsInbound(form) && PhoneNumber.BeginsWithAny(form["From"], inbound.CurrentValue.BlockedPrefixes);

    /// <summary>Whether a status tells the end of a call that was rejected, which leaves no record: nothing else lets an inbound call end so.</summary>
    internal bool WasRejected(TwilioForm form) => IsBlocked(form) || (IsInbound(form) && form["CallStatus"] is "busy" or "no-answer");

    /// <summary>Whether a new call may come in, which then counts as one of its caller's.</summary>
    internal async Task<bool> TryAdmitAsync(TwilioForm form, CancellationToken cancellation)
    {
        if (!IsInbound(form))
        {
            return true;
        }

        var admission = await AdmitAsync(form, [], cancellation).ConfigureAwait(false);
        if (!admission.Admitted && await EndedOfAsync(admission.Others, cancellation).ConfigureAwait(false) is { Count: > 0 } over)
        {
            admission = await AdmitAsync(form, over, cancellation).ConfigureAwait(false);
        }

        return admission.Admitted;
    }

    /// <summary>The call is over and counts no longer. Never throws because of the store: the call expires anyway.</summary>
    internal async Task ReleaseAsync(TwilioForm form, CancellationToken cancellation)
    {
        if (!IsInbound(form) || !CallStatuses.IsFinal(form["CallStatus"]))
        {
            return;
        }

        try
        {
            await documents.ChangeAsync(
                LiveCalls.Document(CallerOf(form)), LiveCallsJson.Default.LiveCalls, present => LiveCalls.Release(present, form.CallSid), cancellation).ConfigureAwait(false);
        }
        catch (CallLogUnavailableException unavailable)
        {
            logger.CallerNotReleased(unavailable);
        }
    }

    /// <summary>Notes that a call was turned away.</summary>
    internal void Refuse(CallerRefusal refusal)
    {
        logger.CallerRefused(refusal);
        OwnerAnswers.Count("inbound." + refusal);
    }

    private static bool IsInbound(TwilioForm form) => form["Direction"]?.StartsWith("outbound", StringComparison.Ordinal) != true;

    // Twilio gives those who withhold their number a word or one of a few pseudo numbers; together they are one caller.
    // Source: https://support.twilio.com/hc/en-us/articles/223179988
    private static string CallerOf(TwilioForm form) => PhoneNumber.Digest(form["From"] switch
    {
        "+266696687" or "+7378742833" or "+2562533" or "+8566696" or "+86282452253" => "",
        { } from when PhoneNumber.IsE164(from) => from,
        { } from when from.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) || from.StartsWith("client:", StringComparison.OrdinalIgnoreCase) => from,
        _ => "",
    });

    private Task<Admission> AdmitAsync(TwilioForm form, IReadOnlyCollection<CallSid> over, CancellationToken cancellation)
    {
        var caller = CallerOf(form);
        var call = new LiveCall(caller, form.CallSid, time.GetUtcNow());
        var longest = TimeSpan.FromMinutes(relay.CurrentValue.MaxCallMinutes);
        return documents.ChangeAsync(
            LiveCalls.Document(caller), LiveCallsJson.Default.LiveCalls, present => LiveCalls.Admit(present, call, over, inbound.CurrentValue.MaxConcurrentPerCaller, longest), cancellation);
    }

    private async Task<List<CallSid>> EndedOfAsync(IReadOnlyList<LiveCall> calls, CancellationToken cancellation)
    {
        var over = new List<CallSid>();
        foreach (var call in calls)
        {
            var events = await log.ReadAsync(call.CallSid, cancellation).ConfigureAwait(false);
            var neverBegan = events.Count == 0 && time.GetUtcNow() - call.Since > LongestAdmission;
            if (neverBegan || CallRecord.From(call.CallSid, events).IsOver)
            {
                over.Add(call.CallSid);
            }
        }

        return over;
    }
}
