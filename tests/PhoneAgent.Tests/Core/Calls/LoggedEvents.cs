using PhoneAgent.Core.Calls;

namespace PhoneAgent.Tests.Core.Calls;

/// <summary>Events of a call with up to two streams, at so many seconds.</summary>
internal static class LoggedEvents
{
    public const string First = "11111111111111111111111111111111";
    public const string Second = "22222222222222222222222222222222";
    public static readonly CallSid Call = CallSid.Parse("CA0123456789abcdef0123456789abcdef");
    public static readonly DateTimeOffset T0 = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset At(int seconds) => T0.AddSeconds(seconds);

    public static CallReceived Received(int at) => new("inbound", "+14155550100", "+14155550199", "default") { At = At(at) };

    public static StreamOffered Offered(int attempt, string nonce, int at) => new(attempt, nonce, At(at + 120), "default") { At = At(at) };

    public static StreamStarted Started(int attempt, string nonce, long sequence, int at) => new(attempt, "MZ" + attempt) { At = At(at), Relay = new(nonce, sequence) };

    public static CallerSaid Said(string nonce, long sequence, string text) => new(text) { At = At((int)sequence + 1), Relay = new(nonce, sequence) };

    public static AgentSaid Answered(string nonce, long sequence, string text, string heard) => new(text, heard, 1000, 600) { At = At((int)sequence + 1), Relay = new(nonce, sequence) };

    public static StreamEnded Ended(string nonce, long sequence, int at, EndReason reason, StreamFigures figures) => new(reason, null, figures) { At = At(at), Relay = new(nonce, sequence) };
}
