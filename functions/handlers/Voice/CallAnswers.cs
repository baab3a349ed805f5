using System.Globalization;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Trust;
using PhoneAgent.Handlers.Outbound;

namespace PhoneAgent.Handlers.Voice;

/// <summary>Turns what was decided about a call into TwiML, with the addresses and texts of the configuration.</summary>
public sealed class CallAnswers(
    StreamTickets tickets, AgentProfiles profiles, IOptionsMonitor<PhoneAgentSettings> phoneAgent, IOptionsMonitor<RelaySettings> relay, TimeProvider time)
{
    // From the end of the sentence.
    private const int AcceptWithinSeconds = 8;

    /// <summary>How far a call may go.</summary>
    internal CallLimits Limits => new(TimeSpan.FromMinutes(relay.CurrentValue.MaxCallMinutes));

    private PhoneAgentSettings Settings => phoneAgent.CurrentValue;

    private string WhisperUrl => Url(PhoneRoutes.VoiceWhisper);

    private string StreamEndedUrl => Url(PhoneRoutes.VoiceStreamEnded);

    /// <summary>Which agent takes calls to a number.</summary>
    internal string AgentFor(string? called) =>
        Settings.Agents.TryGetValue(string.Concat((called ?? "").Where(char.IsAsciiDigit)), out var agent) && profiles.Find(agent) is not null ? agent : AgentProfiles.DefaultName;

    /// <summary>A stream to offer: to be logged before it is answered.</summary>
    internal StreamOffered NewOffer(int attempt, string agent)
    {
        var terms = tickets.NewTerms();
        return new StreamOffered(attempt, terms.Nonce, terms.ExpiresAt, agent) { At = time.GetUtcNow() };
    }

    /// <summary>Connects the caller to an offered stream. The same offer gives the same answer.</summary>
    internal IResult Connect(CallSid callSid, StreamOffered offer, params IEnumerable<XElement?> before) => Twiml.Answer(
    [
        .. before,
        Twiml.ConnectStream(
            StreamEndedUrl,
            Url(PhoneRoutes.VoiceStreamStatus),
            $"{Settings.StreamUrl?.TrimEnd('/')}/{callSid}/{tickets.Write(callSid, new TicketTerms(offer.Nonce, offer.ExpiresAt))}",
            ("agent", offer.Agent),
            ("attempt", offer.Attempt.ToString(CultureInfo.InvariantCulture))),
        Twiml.Redirect(StreamEndedUrl),
    ]);

    /// <summary>
    /// As <see cref="Connect"/>, after the sentence that keeps a new caller from waiting in silence, and those that nobody
    /// may interrupt: the agent's disclosure, and that the call is recorded.
    /// </summary>
    internal IResult Greet(CallSid callSid, StreamOffered offer)
    {
        var agent = profiles.Find(offer.Agent);
        return Connect(
            callSid,
            offer,
            Twiml.Say(Settings.ConnectMessage),
            Twiml.Say(agent?.Disclosure, agent?.Language),
            Twiml.Say(agent is { Recording.Enabled: true } ? agent.Recording.Consent : null, agent?.Language));
    }

    /// <summary>What Twilio is to be asked for an outbound request. Its context and message go nowhere near Twilio.</summary>
    internal CallToPlace Outbound(OutboundRequest request, RequestId id) => new(
        request.To,
        request.From,
        new Uri($"{Url(PhoneRoutes.VoiceIncoming)}?{RequestId.QueryName}={id}"),
        new Uri($"{Url(PhoneRoutes.VoiceStatus)}?{RequestId.QueryName}={id}"),
        (int)Limits.MaxAge.TotalSeconds,
        request.Voicemail switch
        {
            VoicemailChoice.HangUp => MachineDetection.Enable,
            VoicemailChoice.Message => MachineDetection.DetectMessageEnd,
            _ => MachineDetection.None,
        });

    /// <summary>Leaves a message on a machine.</summary>
    internal static IResult SpeakAndHangUp(string? message) => Twiml.Answer(Twiml.Say(message), Twiml.Hangup());

    /// <summary>Refuses an inbound call that nobody has answered yet: it costs nothing.</summary>
    /// <param name="reason">Null for "not in service", or <c>busy</c>.</param>
    internal static IResult Reject(string? reason = null) => Twiml.Answer(Twiml.Reject(reason));

    /// <summary>Dials a transfer target, who may be told first who calls.</summary>
    internal IResult Dial(CallDecision.Dial dial) => Twiml.Answer(
        Twiml.Dial(dial.Person, dial.TimeLimitSeconds, StreamEndedUrl, dial.Person is { Whisper: true } or { Accept: true } ? WhisperUrl : null),
        Twiml.Redirect(StreamEndedUrl));

    /// <summary>Asks the dialled person whether they take the call; without a key, or with another than 1, they do not.</summary>
    internal IResult AskToAccept(string about, string? language) => Twiml.Answer(Twiml.GatherKey(WhisperUrl, AcceptWithinSeconds, about, language), Twiml.Hangup());

    /// <summary>Tells the dialled person about the call, then connects them.</summary>
    internal static IResult Tell(string about, string? language) => Twiml.Answer(Twiml.Say(about, language));

    /// <summary>Says that the agent cannot be reached, then dials the fallback number or hangs up.</summary>
    internal IResult Apologise() => Twiml.Answer(
        Twiml.Say(Settings.ApologyMessage),
        string.IsNullOrWhiteSpace(Settings.FallbackNumber) ? null : Twiml.Dial(Settings.FallbackNumber, (int)Limits.MaxAge.TotalSeconds),
        Twiml.Hangup());

    /// <summary>Ends the call.</summary>
    internal static IResult HangUp() => Twiml.Answer(Twiml.Hangup());

    /// <summary>There is nothing to say.</summary>
    internal static IResult Nothing() => Twiml.Answer();

    private string Url(string route) => $"{Settings.WebhookBaseUrl?.TrimEnd('/')}/{PhoneRoutes.Prefix}/{route}";
}
