using PhoneAgent.Core;
using PhoneAgent.Core.Trust;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>Why the relay turned a stream away: a closed set, because refusals are counted by it.</summary>
public enum StreamRefusal
{
    /// <summary>The path names no CallSid.</summary>
    CallSid,

    /// <summary>The ticket has not the shape of one.</summary>
    TicketMalformed,

    /// <summary>The ticket is signed with no key of ours, or made for another call.</summary>
    TicketForged,

    /// <summary>The ticket is too old.</summary>
    TicketExpired,

    /// <summary>The ticket expires later than any written now.</summary>
    TicketFromTheFuture,

    /// <summary>Twilio's signature is missing or wrong.</summary>
    Signature,

    /// <summary>The request asks for no WebSocket.</summary>
    NoWebSocket,

    /// <summary>The relay is stopping.</summary>
    Stopping,

    /// <summary>The relay holds as many calls as it may.</summary>
    Full,

    /// <summary>Too many sockets wait for their <c>start</c>.</summary>
    Waiting,

    /// <summary>Too many sockets of this call wait for their <c>start</c>.</summary>
    CallWaiting,

    /// <summary><c>start</c> did not come in time, or not within the first messages.</summary>
    NoStart,

    /// <summary>A message before <c>start</c> was too large.</summary>
    TooLarge,

    /// <summary>The socket ended before <c>start</c>.</summary>
    GoneBeforeStart,

    /// <summary>The caller hung up before <c>start</c>.</summary>
    HungUpBeforeStart,

    /// <summary><c>start</c> could not be read, or announces audio that is no phone's.</summary>
    BadStart,

    /// <summary><c>start</c> names another call or account than the ticket.</summary>
    OtherCall,

    /// <summary>The ticket was used already.</summary>
    TicketUsed,

    /// <summary>The call has ended already.</summary>
    CallOver,

    /// <summary>The owner removed the call.</summary>
    CallRemoved,

    /// <summary>The call has a stream of this or a newer attempt.</summary>
    OlderAttempt,

    /// <summary>The call log cannot be asked.</summary>
    LogUnavailable,
}

/// <summary>How refusals are counted and told.</summary>
internal static class StreamRefusals
{
    /// <summary>Counts one.</summary>
    public static void Count(this StreamRefusal refusal) => Telemetry.Refusals.Add(1, new KeyValuePair<string, object?>("reason", "stream." + refusal));

    /// <summary>Why a ticket that is not genuine is refused.</summary>
    public static StreamRefusal Refusal(this TicketOutcome outcome) => outcome switch
    {
        TicketOutcome.Forged => StreamRefusal.TicketForged,
        TicketOutcome.Expired => StreamRefusal.TicketExpired,
        TicketOutcome.FromTheFuture => StreamRefusal.TicketFromTheFuture,
        _ => StreamRefusal.TicketMalformed,
    };

    /// <summary>Why there was no place, in words for the log.</summary>
    public static string Words(this StreamRefusal refusal) => refusal switch
    {
        StreamRefusal.Stopping => "stopping",
        StreamRefusal.Full => "full",
        StreamRefusal.Waiting => "too many without start",
        _ => "too many of one call without start",
    };
}
