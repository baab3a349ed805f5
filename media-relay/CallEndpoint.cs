using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Trust;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.MediaRelay.Transport;

namespace PhoneAgent.MediaRelay;

/// <summary>
/// Where Twilio's media stream arrives: nobody gets past it without a genuine ticket for the call in the path and, when
/// this relay knows the auth token, Twilio's signature; all of that before the WebSocket is opened.
/// </summary>
internal sealed partial class CallEndpoint(
    StreamTickets tickets,
    ActiveCalls calls,
    CallServices services,
    IOptionsMonitor<TwilioSettings> twilio,
    IOptionsMonitor<PhoneAgentSettings> agent,
    IOptionsMonitor<GeminiSettings> gemini,
    IOptionsMonitor<RelaySettings> relay,
    ILogger<CallEndpoint> logger)
{
    /// <summary>Route of the stream. A Stream URL takes no query string, so call and ticket stand in the path.</summary>
    public const string Route = "/stream/{callSid}/{ticket}";

    // Twilio's messages have under a kilobyte.
    private const int MaxMessageBytes = 64 * 1024;

    private static readonly KeepAlive Alive = new(TimeSpan.FromSeconds(30));

    private readonly ILogger _logger = logger;

    private static readonly Func<ILogger, CallSid, IDisposable?> CallScope = LoggerMessage.DefineScope<CallSid>("CallSid:{CallSid}");

    /// <summary>Handles one request. An upgrade asked for in HTTP 1.0 is none (RFC 9110, section 7.8), although the framework takes it.</summary>
    public async Task HandleAsync(HttpContext context, string callSid, string ticket)
    {
        if (!CallSid.TryParse(callSid, out var call))
        {
            Refuse(context, StatusCodes.Status403Forbidden, StreamRefusal.CallSid, "callSid");
            return;
        }

        using var scope = CallScope(_logger, call);
        var check = tickets.Check(call, ticket);
        if (check.Outcome != TicketOutcome.Genuine)
        {
            Refuse(context, StatusCodes.Status403Forbidden, check.Outcome.Refusal(), $"ticket {check.Outcome}");
        }
        else if (!IsSignedAsRequired(context))
        {
            Refuse(context, StatusCodes.Status403Forbidden, StreamRefusal.Signature, "signature");
        }
        else if (!context.WebSockets.IsWebSocketRequest || HttpProtocol.IsHttp10(context.Request.Protocol))
        {
            Refuse(context, StatusCodes.Status400BadRequest, StreamRefusal.NoWebSocket, "no WebSocket");
        }
        else
        {
            using var place = calls.TryAdmit(call, out var refusal);
            if (place is null)
            {
                Refuse(context, StatusCodes.Status503ServiceUnavailable, refusal, refusal.Words());
            }
            else
            {
                await HoldAsync(context, new AdmittedTicket(call, check.Nonce!), place);
            }
        }
    }

    private async Task HoldAsync(HttpContext context, AdmittedTicket ticket, CallPlace place)
    {
        // The framework does the handshake; the frames then go straight through the connection, by its pipes where it is not the relay's own.
        using var handshake = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = TimeSpan.Zero });
        var pipe = context.Features.GetRequiredFeature<IConnectionTransportFeature>().Transport;
        var (input, output, arrived) = DuplexPipe.TakeOver(pipe);
        await using var socket = new WebSocketMessageSocket(input, output, isServer: true, MaxMessageBytes, Alive, services.Time, context.Abort, arrived);
        var limits = new CallLimits(twilio.CurrentValue.AccountSid, gemini.CurrentValue.Model, TimeSpan.FromMinutes(relay.CurrentValue.MaxCallMinutes));
        await new CallSession(services, limits, ticket, place, socket).RunAsync();
    }

    // Off unless the relay was given the auth token: least privilege. Then it is required, over the configured address.
    private bool IsSignedAsRequired(HttpContext context)
    {
        var (token, previous) = (twilio.CurrentValue.AuthToken, twilio.CurrentValue.PreviousAuthToken);
        if (string.IsNullOrEmpty(token) && string.IsNullOrEmpty(previous))
        {
            return true;
        }

        // The raw path behind /stream, as Twilio sent it; never the Host header.
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var behind = target.StartsWith("/stream", StringComparison.Ordinal) ? target["/stream".Length..] : target;
        var url = (agent.CurrentValue.StreamUrl ?? "").TrimEnd('/') + behind;
        return TwilioSignature.VerifyHandshake(context.Request.Headers[TwilioSignature.HeaderName], url, token, previous);
    }

    private void Refuse(HttpContext context, int status, StreamRefusal refusal, string detail)
    {
        refusal.Count();
        LogRefused(status, detail);
        context.Response.StatusCode = status;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A stream was refused with {Status}: {Reason}.")]
    private partial void LogRefused(int status, string reason);
}
