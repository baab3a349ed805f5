namespace PhoneAgent.Simulator.Phone.Twiml;

/// <summary>One instruction of a TwiML document; the set is closed. Source: https://www.twilio.com/docs/voice/twiml</summary>
public abstract record TwimlVerb;

/// <summary>Speaks a text to the caller.</summary>
public sealed record Say(string Text, int Loop) : TwimlVerb;

/// <summary>Waits.</summary>
public sealed record Pause(int Seconds) : TwimlVerb;

/// <summary>Hands the call's audio to a server and holds the call until that server closes the stream.</summary>
/// <param name="Action">Asked for TwiML afterwards, relative to the document; null: the next verb runs.</param>
/// <param name="Method">How it is asked.</param>
/// <param name="Stream">The server.</param>
public sealed record Connect(string? Action, string Method, MediaStream Stream) : TwimlVerb;

/// <summary>Goes on with another document.</summary>
public sealed record Redirect(string Url, string Method) : TwimlVerb;

/// <summary>Calls somebody and joins the two calls.</summary>
/// <param name="Number">Whom, in E.164.</param>
/// <param name="CalleeUrl">TwiML run on the callee's side before the two are joined; null for none.</param>
/// <param name="Action">Asked for TwiML afterwards; null: the next verb runs.</param>
/// <param name="Method">How it is asked.</param>
/// <param name="TimeoutSeconds">How long it rings.</param>
/// <param name="TimeLimitSeconds">How long the two may talk.</param>
/// <param name="CallerId">The number shown to the callee; null: the caller's.</param>
public sealed record Dial(
    string Number, string? CalleeUrl, string? Action, string Method, int TimeoutSeconds, int TimeLimitSeconds, string? CallerId) : TwimlVerb;

/// <summary>Collects digits.</summary>
/// <param name="Action">Asked for TwiML with the digits; null: the document itself.</param>
/// <param name="Method">How it is asked.</param>
/// <param name="TimeoutSeconds">How long the next digit may take.</param>
/// <param name="NumDigits">How many are expected; null: until the timeout or the finishing key.</param>
/// <param name="FinishOnKey">The key that ends the input; empty for none.</param>
/// <param name="Prompts"><see cref="Say"/> and <see cref="Pause"/> played meanwhile.</param>
public sealed record Gather(
    string? Action, string Method, int TimeoutSeconds, int? NumDigits, string FinishOnKey, IReadOnlyList<TwimlVerb> Prompts) : TwimlVerb;

/// <summary>Ends the call.</summary>
public sealed record Hangup : TwimlVerb;

/// <summary>Refuses the call; nothing is billed.</summary>
/// <param name="Reason"><c>rejected</c> or <c>busy</c>.</param>
public sealed record Reject(string Reason) : TwimlVerb;

/// <summary>The <c>&lt;Stream&gt;</c> inside a <see cref="Connect"/>.</summary>
/// <param name="Url">The server's public WebSocket address.</param>
/// <param name="Name">The stream's own name; empty when not given.</param>
/// <param name="StatusCallback">Told of start, end and errors; null for nobody.</param>
/// <param name="Parameters">Arrive as <c>customParameters</c> in the <c>start</c> message.</param>
public sealed record MediaStream(Uri Url, string Name, string? StatusCallback, IReadOnlyList<KeyValuePair<string, string>> Parameters);

/// <summary>A document that was read.</summary>
/// <param name="Verbs">In order; empty when there are errors, because nothing of a faulty document is run.</param>
/// <param name="Errors">What Twilio would log about it.</param>
public sealed record TwimlDocument(IReadOnlyList<TwimlVerb> Verbs, IReadOnlyList<TwilioError> Errors);
