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
            try
            {
                return Read(await CallResource.CreateAsync(Options(call), client()).WaitAsync(cancellation).ConfigureAwait(false));
            }
            catch (Exception failure) when (tries < Pauses.Length && CannotHaveDialled(failure))
            {
                // Tried again below.
            }
            catch (ApiException refused) when (refused.Status is >= 400 and < 500)
            {
                return new PlaceResult.Refused(new TwilioRefusal(refused.Code == 0 ? null : refused.Code, refused.Status));
            }
            catch (TwilioException)
            {
                return new PlaceResult.NoAnswer(); // no connection, an answer cut short, or 5xx: it may have dialled
            }
            catch (OperationCanceledException)
            {
                return new PlaceResult.NoAnswer();
            }

            try
            {
                await Task.Delay(Pauses[tries] * (1 + Random.Shared.NextDouble()), time, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return new PlaceResult.NoAnswer();
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

    private static bool CannotHaveDialled(Exception failure) => failure switch
    {
        ApiException { Status: (int)HttpStatusCode.TooManyRequests } or ApiException { Code: TooManyRequests } => true,
        ApiConnectionException { InnerException: HttpRequestException { HttpRequestError: var error } } =>
            error is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        _ => false,
    };
}
