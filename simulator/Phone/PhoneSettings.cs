using PhoneAgent.Simulator.Phone.Twiml;

namespace PhoneAgent.Simulator.Phone;

/// <summary>What the simulated Twilio knows about the account, the number and the call it is about to bring.</summary>
public sealed record PhoneSettings
{
    /// <summary>The account the call belongs to.</summary>
    public required string AccountSid { get; init; }

    /// <summary>The account's primary token; signs every webhook and the stream's handshake.</summary>
    public required string AuthToken { get; init; }

    /// <summary>Where the first TwiML is asked for: the number's voice URL, or the <c>Url</c> an outbound call was created with.</summary>
    public required Uri IncomingUrl { get; init; }

    /// <summary>
    /// The origin Twilio was given, if requests travel to another one: the signature is over this origin, the request goes
    /// to that of <see cref="IncomingUrl"/>. Null: both are the same.
    /// </summary>
    public Uri? PublicBaseUrl { get; init; }

    /// <summary>The public stream address (wss) whose connections go to <see cref="LocalStreamUrl"/> instead; null: as the TwiML says.</summary>
    public Uri? PublicStreamUrl { get; init; }

    /// <summary>Where streams below <see cref="PublicStreamUrl"/> really connect to.</summary>
    public Uri? LocalStreamUrl { get; init; }

    /// <summary>The caller's number (inbound), or the number the call is placed from (outbound).</summary>
    public string From { get; init; } = "+14155550123";

    /// <summary>The number that is called.</summary>
    public string To { get; init; } = "+14155550199";

    /// <summary>Whether the call comes in or was placed through the REST API.</summary>
    public CallDirection Direction { get; init; } = CallDirection.Inbound;

    /// <summary>The call's name, when it was already given out (outbound); null draws a new one.</summary>
    public string? CallSid { get; init; }

    /// <summary>What machine detection found (<c>human</c>, <c>machine_start</c>, …); null: it was not asked for.</summary>
    public string? AnsweredBy { get; init; }

    /// <summary>The final status of an outbound call nobody answers: <c>busy</c>, <c>no-answer</c>, <c>failed</c>; null: it is answered.</summary>
    public string? Unanswered { get; init; }

    /// <summary>Where the call's progress is reported; public, as Twilio was given it. Null: nowhere.</summary>
    public Uri? StatusCallbackUrl { get; init; }

    /// <summary>
    /// The events reported: initiated, ringing, answered, completed. Null: all of them for an outbound call, the
    /// completion alone for an inbound one, which is what a number's status callback gets.
    /// </summary>
    public IReadOnlyList<string>? StatusCallbackEvents { get; init; }

    /// <summary>What happens after a handshake that failed or a stream lost without a close; Twilio does not document it.</summary>
    public AfterStreamFailure AfterStreamFailure { get; init; } = AfterStreamFailure.RequestAction;

    /// <summary>How a transfer goes; asked once per <c>&lt;Dial&gt;</c>. Default: the callee answers and hangs up at once.</summary>
    public Func<Dial, CancellationToken, Task<DialOutcome>> Dialling { get; init; } =
        static (_, _) => Task.FromResult(new DialOutcome("completed", TimeSpan.Zero));

    /// <summary>The key that a dialled person presses when asked for one before they are connected; null: none.</summary>
    public char? CalleeKey { get; init; } = '1';

    /// <summary>How much faster than life <c>Say</c>, <c>Pause</c> and the wait of <c>Gather</c> pass; streams are always real time.</summary>
    public double VerbSpeed { get; init; } = 1;

    /// <summary>The call is ended after this long, as by Twilio's TimeLimit.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromHours(4);

    /// <summary>The phone's clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where CallSid and StreamSid come from; a seeded one repeats them.</summary>
    public Random Random { get; init; } = Random.Shared;
}

/// <summary>Who started the call.</summary>
public enum CallDirection
{
    /// <summary>Somebody dialled the number.</summary>
    Inbound,

    /// <summary>The REST API placed it.</summary>
    OutboundApi,
}

/// <summary>How a call goes on when its stream failed rather than being closed by the server.</summary>
public enum AfterStreamFailure
{
    /// <summary>The <c>action</c> of <c>&lt;Connect&gt;</c> is requested; without one the next verb runs.</summary>
    RequestAction,

    /// <summary>The next verb runs although there is an <c>action</c>.</summary>
    FallThrough,

    /// <summary>The call ends.</summary>
    DropCall,
}

/// <summary>How a <c>&lt;Dial&gt;</c> ended.</summary>
/// <param name="Status">DialCallStatus: completed, busy, no-answer, failed, canceled.</param>
/// <param name="Duration">How long the two talked.</param>
public sealed record DialOutcome(string Status, TimeSpan Duration);
