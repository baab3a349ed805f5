using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Documents;

namespace PhoneAgent.Handlers.Outbound;

/// <summary>The requests for outbound calls, and which call each of them became.</summary>
public sealed class OutboundCalls(IDocumentStore documents, ICallLog log, TimeProvider time)
{
    /// <summary>Begins a request, atomically: of several with one key a single one is fresh.</summary>
    internal Task<Beginning> BeginAsync(RequestId id, OutboundRequest candidate) =>
        documents.ChangeAsync(id.Document, OutboundJson.Default.OutboundRequest, present => OutboundRequest.Begin(present, candidate), CancellationToken.None);

    /// <summary>Ends a request's attempt without a call.</summary>
    internal Task EndAsync(RequestId id, OutboundState state, TwilioRefusal? refusal = null) =>
        documents.ChangeAsync(id.Document, OutboundJson.Default.OutboundRequest, present => (present?.End(state, refusal), true), CancellationToken.None);

    /// <summary>The request, null when there is none.</summary>
    internal Task<OutboundRequest?> FindAsync(RequestId id, CancellationToken cancellation) =>
        documents.ReadAsync(id.Document, OutboundJson.Default.OutboundRequest, cancellation);

    /// <summary>
    /// Binds a call to its request, by whoever is first to know: the answer of Twilio's API, or a webhook. The call's log
    /// begins with what the request says, context included. The first call stays bound.
    /// </summary>
    /// <returns>The request as it now is; null when there is none.</returns>
    internal async Task<OutboundRequest?> BindAsync(RequestId id, CallSid callSid, string? status, CancellationToken cancellation)
    {
        var request = await documents.ChangeAsync(
            id.Document,
            OutboundJson.Default.OutboundRequest,
            present => present?.Bind(callSid, status) is { } bound ? (bound == present ? null : bound, bound) : (null, present),
            cancellation).ConfigureAwait(false);
        if (request?.CallSid == callSid && CallRecord.From(callSid, await log.ReadAsync(callSid, cancellation).ConfigureAwait(false)).Direction is null)
        {
            var received = new CallReceived("outbound-api", request.From, request.To, request.Agent, id.Value, request.Context) { At = time.GetUtcNow() };
            await log.AppendAsync(callSid, [received], cancellation).ConfigureAwait(false);
        }

        return request;
    }
}
