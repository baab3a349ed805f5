using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Phone.Streams;
using PhoneAgent.Simulator.Phone.Twiml;

namespace PhoneAgent.Simulator.Phone;

/// <summary>Something that happened in the call, told when it happens; the set is closed.</summary>
/// <param name="AtMs">Since the call was answered; 0 before.</param>
public abstract record PhoneEvent(int AtMs);

/// <summary>The caller begins to speak.</summary>
public sealed record CallerBegan(int AtMs, CallerLine Line) : PhoneEvent(AtMs);

/// <summary>The caller has said the line.</summary>
public sealed record CallerFinished(int AtMs, CallerLine Line) : PhoneEvent(AtMs);

/// <summary>The agent begins to be heard.</summary>
public sealed record AgentBegan(int AtMs) : PhoneEvent(AtMs);

/// <summary>The agent is silent again; <paramref name="EndedAtMs"/> is when the last sound was heard.</summary>
public sealed record AgentFinished(int AtMs, int EndedAtMs) : PhoneEvent(AtMs);

/// <summary>The server dropped what was still to be played.</summary>
public sealed record AudioCleared(int AtMs, int DiscardedMs) : PhoneEvent(AtMs);

/// <summary>The caller pressed a key.</summary>
public sealed record DigitPressed(int AtMs, char Digit) : PhoneEvent(AtMs);

/// <summary>A TwiML verb begins.</summary>
public sealed record VerbBegan(int AtMs, TwimlVerb Verb) : PhoneEvent(AtMs);

/// <summary>A media stream is open.</summary>
public sealed record StreamOpened(int AtMs, string StreamSid) : PhoneEvent(AtMs);

/// <summary>A media stream is over, or never came about.</summary>
public sealed record StreamOver(int AtMs, StreamEnd End) : PhoneEvent(AtMs);

/// <summary>A status callback is sent.</summary>
public sealed record StatusSent(int AtMs, string CallStatus) : PhoneEvent(AtMs);

/// <summary>An entry in Twilio's error log.</summary>
public sealed record ErrorLogged(int AtMs, TwilioError Error) : PhoneEvent(AtMs);

/// <summary>The call is over.</summary>
public sealed record CallOver(int AtMs, CallEnding Ending) : PhoneEvent(AtMs);
