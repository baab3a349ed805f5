using System.Net;
using System.Net.Http;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Outbound;
using Twilio.Clients;
using Twilio.Exceptions;
using Twilio.Rest.Api.V2010.Account;
using TwilioMethod = Twilio.Http.HttpMethod;
using TwilioNumber = Twilio.Types.PhoneNumber;

namespace PhoneAgent.Functions;

/// <summary>
/// Places calls with Twilio's SDK. A create is sent again only when the first cannot have dialled: no connection came about,
/// or Twilio counted it as one too many (429). Everything else without a clear answer may be a call, and is left to the
/// call's first webhook to tell.
/// </summary>
/// <param name="client">The client of the moment: credentials rotate.</param>
/// <param name="time">Times the pauses.</param>
internal sealed class TwilioCallPlacer(Func<ITwilioRestClient> client, TimeProvider time) : ICallPlacer
{
    private const int TooManyRequests = 20429;

    // Whoever ordered the call waits 15 s; random parts keep instances from trying again in step.
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2)];

    /// <inheritdoc />
    public async Task<PlaceResult> PlaceAsync(CallToPlace call, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(call);
        for (var tries = 0; ; tries++)
        {
            TwilioRefusal refusal;
            try
            {
                return Read(await CallResource.CreateAsync(Options(call), client()).WaitAsync(cancellation).ConfigureAwait(false));
            }
            catch (TwilioException failure)
            {
                if (Refusal(failure) is not { } refused)
                {
                    return new PlaceResult.NoAnswer(); // an answer cut short, or 5xx: it may have dialled
                }

                refusal = refused;
            }
            catch (OperationCanceledException)
            {
                return new PlaceResult.NoAnswer();
            }

            if (tries == Pauses.Length || !MayBeTriedAgain(refusal) || !await PauseAsync(Pauses[tries], cancellation).ConfigureAwait(false))
            {
                return new PlaceResult.Refused(refusal);
            }
        }
    }

    private static CreateCallOptions Options(CallToPlace call) => new(new TwilioNumber(call.To), new TwilioNumber(call.From))
    {
        Url = call.AnswerUrl,
        Method = TwilioMethod.Post,
        StatusCallback = call.StatusUrl,
        StatusCallbackMethod = TwilioMethod.Post,
        StatusCallbackEvent = [.. CallToPlace.StatusEvents],
        Timeout = call.RingSeconds,
        TimeLimit = call.TimeLimitSeconds,
        MachineDetection = call.Detection switch
        {
            MachineDetection.Enable => "Enable",
            MachineDetection.DetectMessageEnd => "DetectMessageEnd",
            _ => null,
        },
    };

    private static PlaceResult Read(CallResource created) => CallSid.TryParse(created.Sid, out var callSid)
        ? new PlaceResult.Placed(callSid, created.Status?.ToString() ?? "queued")
        : new PlaceResult.NoAnswer();

    // What says for sure that nobody is called; null for all that leaves it open.
    private static TwilioRefusal? Refusal(TwilioException failure) => failure switch
    {
        ApiException { Status: >= 400 and < 500 } refused => new TwilioRefusal(refused.Code == 0 ? null : refused.Code, refused.Status),
        ApiConnectionException { InnerException: HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError } } => TwilioRefusal.Unreachable,
        _ => null,
    };

    private static bool MayBeTriedAgain(TwilioRefusal refusal) => refusal == TwilioRefusal.Unreachable || refusal.HttpStatus == (int)HttpStatusCode.TooManyRequests || refusal.Code == TooManyRequests;

    private async Task<bool> PauseAsync(TimeSpan atLeast, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(atLeast * (1 + Random.Shared.NextDouble()), time, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
