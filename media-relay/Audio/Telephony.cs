namespace PhoneAgent.MediaRelay.Audio;

/// <summary>Rates and sizes of the three audio formats a call passes through.</summary>
public static class Telephony
{
    /// <summary>Samples per second on the telephone side, one µ-law byte each. Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages</summary>
    public const int PhoneRate = 8_000;

    /// <summary>Samples per second that Gemini Live hears, PCM16. Source: https://ai.google.dev/gemini-api/docs/live-guide#audio-formats</summary>
    public const int GeminiInputRate = 16_000;

    /// <summary>Samples per second that Gemini Live speaks, PCM16. Source: https://ai.google.dev/gemini-api/docs/live-guide#audio-formats</summary>
    public const int GeminiOutputRate = 24_000;

    /// <summary>µ-law bytes in a millisecond.</summary>
    public const int PhoneBytesPerMs = PhoneRate / 1_000;

    /// <summary>µ-law bytes in one of Twilio's 20 ms frames.</summary>
    public const int FrameBytes = 20 * PhoneBytesPerMs;

    /// <summary>How long this many µ-law bytes play.</summary>
    public static TimeSpan PhoneDuration(long bytes) => TimeSpan.FromTicks(bytes * (TimeSpan.TicksPerSecond / PhoneRate));

    /// <summary>How many µ-law bytes play in this time, rounded down.</summary>
    public static long PhoneBytes(TimeSpan duration) => duration.Ticks / (TimeSpan.TicksPerSecond / PhoneRate);
}
