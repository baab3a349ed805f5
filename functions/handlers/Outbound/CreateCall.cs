using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Handlers.Owner;
using PhoneAgent.Handlers.Voice;

namespace PhoneAgent.Handlers.Outbound;

/// <summary>
/// <c>POST calls</c>: calls somebody. In this order: switch, order, agent and numbers, allowed destination; then the
/// request is begun (once per key), counted, and only then Twilio is asked, once. From there on nothing is given up
/// because the client went away.
/// </summary>
public sealed class CreateCall(
    OutboundCalls calls,
    DialAllowance allowance,
    AgentProfiles profiles,
    CallAnswers answers,
    IOptionsMonitor<OutboundSettings> outbound,
    IOptionsMonitor<TwilioSettings> twilio,
    TimeProvider time,
    ILogger<CreateCall> logger,
    ICallPlacer? placer = null)
{
    /// <summary>Twilio's API answers within a second or two; a client waits no longer than this.</summary>
    internal static readonly TimeSpan PlaceTimeout = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan ComeBackSoon = TimeSpan.FromSeconds(2);

    /// <summary>Answers the owner.</summary>
    public Task<IResult> CreateAsync(HttpRequest request) => OwnerAnswers.GuardAsync(logger, async () =>
    {
        if (!outbound.CurrentValue.Enabled)
        {
            return Refuse(CreateCallRefusal.SwitchedOff, "Set Outbound__Enabled to true to place calls.");
        }

        if (placer is null || string.IsNullOrWhiteSpace(twilio.CurrentValue.PhoneNumber))
        {
            return Refuse(CreateCallRefusal.NotEquipped, placer is null ? "It has no way to Twilio's API." : "Set Twilio__PhoneNumber to the number outbound calls come from.");
        }

        var (order, requestId, refused) = await OrderRequest.ReadAsync(request, Refuse).ConfigureAwait(false);
        return refused ?? await OrderAsync(order!, requestId).ConfigureAwait(false);
    });

    private async Task<IResult> OrderAsync(CallOrder order, RequestId id)
    {
        var from = order.From ?? twilio.CurrentValue.PhoneNumber!;
        if (from != twilio.CurrentValue.PhoneNumber && !twilio.CurrentValue.PhoneNumbers.Contains(from))
        {
            return Refuse(CreateCallRefusal.From, "from must be Twilio__PhoneNumber or one of Twilio__PhoneNumbers.");
        }

        var agent = order.Agent ?? answers.AgentFor(from);
        if (profiles.Find(agent) is null)
        {
            return Refuse(CreateCallRefusal.Agent, $"There are: {string.Join(", ", profiles.Names)}.");
        }

        if (!allowance.IsAllowed(order.To))
        {
            return Refuse(CreateCallRefusal.Destination, "No prefix of Outbound__AllowedPrefixes matches it; by default none is allowed. Add one, for example Outbound__AllowedPrefixes__0=+1415.");
        }

        var candidate = new OutboundRequest
        {
            OrderHash = order.ComputeHash(),
            Attempt = RequestId.New().Value,
            At = time.GetUtcNow(),
            To = order.To,
            From = from,
            Agent = agent,
            Context = order.Context,
            Voicemail = order.Voicemail,
            Message = order.Message,
        };
        var beginning = await calls.BeginAsync(id, candidate).ConfigureAwait(false);
        return beginning.Kind switch
        {
            BeginningKind.Fresh => await CountAndPlaceAsync(candidate, id).ConfigureAwait(false),
            BeginningKind.Placed => Accepted(beginning.Request!.CallSid!.Value, beginning.Request.Status, id),
            BeginningKind.OtherOrder => Refuse(CreateCallRefusal.KeyReused, "Use a new key for a new order."),
            BeginningKind.InProgress => Refuse(CreateCallRefusal.InProgress, "Ask again with the same key and order to learn what became of it.", ComeBackSoon),
            BeginningKind.Refused => RefuseByTwilio(beginning.Refusal!),
            _ => Refuse(CreateCallRefusal.NeverHeardOf, "No call of this order was ever heard of. Order it with a new key.", retryHelps: false),
        };
    }

    private async Task<IResult> CountAndPlaceAsync(OutboundRequest request, RequestId id)
    {
        var cap = await allowance.TakeAsync(request.To, request.At).ConfigureAwait(false);
        if (cap != CapOutcome.Taken)
        {
            await calls.EndAsync(id, OutboundState.Dropped).ConfigureAwait(false);
            var wait = DialCaps.Until(cap, request.At);
            return cap == CapOutcome.Destination
                ? Refuse(CreateCallRefusal.DestinationCap, "Outbound__MaxPerDestinationPerDay calls were placed to this number today (UTC).", wait)
                : Refuse(CreateCallRefusal.HourCap, "Outbound__MaxPerHour calls were placed in this hour.", wait);
        }

        switch (await PlaceAsync(answers.Outbound(request, id)).ConfigureAwait(false))
        {
            case PlaceResult.Placed placed:
                logger.CallPlaced(placed.CallSid.Value, MaskedNumber.Of(request.To), request.Agent);
                await BindAsync(id, placed).ConfigureAwait(false);
                return Accepted(placed.CallSid, placed.Status, id);
            case PlaceResult.Refused refused:
                await calls.EndAsync(id, OutboundState.Refused, refused.Refusal).ConfigureAwait(false);
                await allowance.GiveBackAsync(request.To, request.At).ConfigureAwait(false);
                return RefuseByTwilio(refused.Refusal);
            default:
                return Refuse(CreateCallRefusal.NoAnswer, "The call may be placed nevertheless. Ask again with the same Idempotency-Key and order to learn what became of it.", ComeBackSoon, retryHelps: true);
        }
    }

    private async Task<PlaceResult> PlaceAsync(CallToPlace call)
    {
        using var late = new CancellationTokenSource(PlaceTimeout, time);
        try
        {
            return await placer!.PlaceAsync(call, late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return new PlaceResult.NoAnswer();
        }
    }

    // The call exists whatever the store says; its first webhook binds it as well.
    private async Task BindAsync(RequestId id, PlaceResult.Placed placed)
    {
        try
        {
            await calls.BindAsync(id, placed.CallSid, placed.Status, CancellationToken.None).ConfigureAwait(false);
        }
        catch (CallLogUnavailableException unavailable)
        {
            logger.CallNotBound(unavailable);
        }
    }

    private static IResult Accepted(CallSid callSid, string? status, RequestId id) => Results.Json(
        new Dictionary<string, string> { ["callSid"] = callSid.Value, ["status"] = status ?? "queued", ["requestId"] = id.Value },
        statusCode: StatusCodes.Status202Accepted).WithHeader("Location", $"/{PhoneRoutes.Prefix}/{PhoneRoutes.Calls}/{callSid}");

    private IResult RefuseByTwilio(TwilioRefusal refusal)
    {
        var (cause, retryHelps) = refusal.Explain();
        if (refusal is { Code: 20003 } or { HttpStatus: 401 or 403 })
        {
            logger.TwilioCredentialsRefused();
        }

        return Refuse(CreateCallRefusal.Twilio, cause, retryHelps ? ComeBackSoon : null, retryHelps, twilioCode: refusal.Code);
    }

    private IResult Refuse(CreateCallRefusal refusal, string detail) => Refuse(refusal, detail, retryAfter: null);

    private IResult Refuse(CreateCallRefusal refusal, string detail, TimeSpan? retryAfter = null, bool? retryHelps = null, int? twilioCode = null)
    {
        logger.CallRefused(refusal);
        OwnerAnswers.Count("outbound." + refusal);
        return OwnerAnswers.Problem(refusal.Status(), refusal.Title(), detail, retryAfter, retryHelps, twilioCode);
    }
}
