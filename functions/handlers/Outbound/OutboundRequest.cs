using System.Text.Json.Serialization;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Handlers.Outbound;

/// <summary>How far a request for an outbound call has got.</summary>
public enum OutboundState
{
    /// <summary>Twilio is being asked; without a call it may have been, and may have dialled.</summary>
    Placing,

    /// <summary>There is a call.</summary>
    Placed,

    /// <summary>Twilio said no.</summary>
    Refused,

    /// <summary>Twilio was not asked: a cap was reached.</summary>
    Dropped,
}

/// <summary>The document of one request, <c>outbound/{requestId}</c>; every change of it is a pure function.</summary>
public sealed record OutboundRequest
{
    /// <summary>How long to wait for word of a call before saying that there is none. Calls may queue at Twilio.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The hash of the order: the same key with another order is refused.</summary>
    public required string OrderHash { get; init; }

    /// <summary>Random: tells a create whose answer was lost, and which the store's client repeated, from another's.</summary>
    public required string Attempt { get; init; }

    /// <summary>When Twilio was last about to be asked.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The called number.</summary>
    public required string To { get; init; }

    /// <summary>The calling number.</summary>
    public required string From { get; init; }

    /// <summary>Name of the agent profile.</summary>
    public required string Agent { get; init; }

    /// <summary>What the agent should know; see <see cref="CallOrder"/>.</summary>
    public string? Context { get; init; }

    /// <summary>What happens when a machine answers.</summary>
    public VoicemailChoice? Voicemail { get; init; }

    /// <summary>Spoken to a machine.</summary>
    public string? Message { get; init; }

    /// <summary>How far it has got.</summary>
    public OutboundState State { get; init; }

    /// <summary>The call, once it is known.</summary>
    public CallSid? CallSid { get; init; }

    /// <summary>Twilio's first word on the call's status.</summary>
    public string? Status { get; init; }

    /// <summary>Twilio's refusal.</summary>
    public TwilioRefusal? Refusal { get; init; }

    /// <summary>Begins a request, or tells what became of it when it was begun before.</summary>
    internal static (OutboundRequest? Next, Beginning Result) Begin(OutboundRequest? present, OutboundRequest candidate) => present switch
    {
        null => (candidate, Beginning.Fresh),
        _ when present.Attempt == candidate.Attempt => (null, Beginning.Fresh),
        _ when present.OrderHash != candidate.OrderHash => (null, Beginning.OtherOrder),
        { CallSid: not null } => (null, Beginning.Placed(present)),
        { State: OutboundState.Dropped } => (candidate, Beginning.Fresh),
        { State: OutboundState.Refused, Refusal: { } refusal } when !refusal.Explain().RetryHelps => (null, Beginning.Refused(refusal)),
        { State: OutboundState.Refused } => (candidate, Beginning.Fresh),
        _ when candidate.At - present.At < Patience => (null, Beginning.InProgress),
        _ => (null, Beginning.NeverHeardOf),
    };

    /// <summary>Binds a call to its request; the first call stays.</summary>
    internal OutboundRequest Bind(CallSid callSid, string? status) =>
        CallSid is null ? this with { CallSid = callSid, Status = status, State = OutboundState.Placed, Refusal = null } : this;

    /// <summary>Ends an attempt without a call; one that was heard of meanwhile stays.</summary>
    internal OutboundRequest End(OutboundState state, TwilioRefusal? refusal = null) =>
        CallSid is null ? this with { State = state, Refusal = refusal } : this;
}

/// <summary>What beginning a request comes to.</summary>
internal enum BeginningKind
{
    Fresh,
    OtherOrder,
    InProgress,
    NeverHeardOf,
    Placed,
    Refused,
}

/// <inheritdoc cref="BeginningKind"/>
internal sealed record Beginning(BeginningKind Kind, OutboundRequest? Request = null, TwilioRefusal? Refusal = null)
{
    public static readonly Beginning Fresh = new(BeginningKind.Fresh);
    public static readonly Beginning OtherOrder = new(BeginningKind.OtherOrder);
    public static readonly Beginning InProgress = new(BeginningKind.InProgress);
    public static readonly Beginning NeverHeardOf = new(BeginningKind.NeverHeardOf);

    public static Beginning Placed(OutboundRequest request) => new(BeginningKind.Placed, request);

    public static Beginning Refused(TwilioRefusal refusal) => new(BeginningKind.Refused, Refusal: refusal);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(OutboundRequest))]
[JsonSerializable(typeof(DialCaps))]
internal sealed partial class OutboundJson : JsonSerializerContext;
