using System.Text;
using PhoneAgent.Core.Calls;
using static PhoneAgent.Tests.House.Adversarial.Stranger;

namespace PhoneAgent.Tests.House.Adversarial;

/// <summary>What somebody with a genuine ticket says on the open WebSocket, and must not get away with.</summary>
/// <param name="Code">The close code.</param>
/// <param name="Reason">How the stream ended.</param>
/// <param name="Detail">The cause, as logged.</param>
/// <param name="Say">What is said, on the stream of that call.</param>
internal sealed record StreamAttack(int Code, EndReason Reason, string Detail, Func<Stranger, string, Task> Say)
{
    private const int MaxMessageBytes = 64 * 1024;
    private const byte NotLast = 0x00;
    private const byte Last = 0x80;

    private static readonly byte[] NoUtf8 = [.. "{\"event\":\""u8, 0xc3, 0x28, .. "\"}"u8];

    /// <summary>Before any valid <c>start</c>: nothing of it may reach Gemini.</summary>
    public static Dictionary<string, StreamAttack> BeforeStart { get; } = new()
    {
        ["start of another call"] = Mismatch(_ => StreamWords.Start("CA" + new string('9', 32))),
        ["start of the call with a blank behind"] = Mismatch(call => StreamWords.Start(call + " ")),
        ["start of another account"] = Mismatch(call => StreamWords.Start(call, account: "AC" + new string('9', 32))),
        ["start of the account in other letters"] = Mismatch(call => StreamWords.Start(call, account: RelayOnLoopback.AccountSid.ToLowerInvariant())),
        ["start of an empty account"] = Mismatch(call => StreamWords.Start(call, account: "")),
        ["start of two calls, the second wrong"] = Mismatch(call => StreamWords.Start(call).Replace("\"tracks\"", "\"callSid\":\"CA1\",\"tracks\"", StringComparison.Ordinal)),
        ["start without a call"] = Nameless(call => StreamWords.Start(call).Replace("callSid", "call", StringComparison.Ordinal)),
        ["start without an account"] = Nameless(call => StreamWords.Start(call).Replace("accountSid", "account", StringComparison.Ordinal)),
        ["start with a null for the call"] = Nameless(call => StreamWords.Start(call).Replace($"\"{call}\"", "null", StringComparison.Ordinal)),
        ["start without its body"] = Nameless(_ => """{"event":"start","streamSid":"MZ1"}"""),
        ["start with an empty body"] = Nameless(_ => """{"event":"start","streamSid":"MZ1","start":{}}"""),
        ["start with ids outside its body"] = Nameless(call => $$"""{"event":"start","start":{},"callSid":"{{call}}","accountSid":"{{RelayOnLoopback.AccountSid}}"}"""),
        ["start with a list for a body"] = Unreadable(_ => """{"event":"start","start":[]}"""),
        ["start with a number for the call"] = Unreadable(_ => """{"event":"start","start":{"callSid":1,"accountSid":"AC1"}}"""),
        ["start with half a surrogate pair for the call"] = Unreadable(_ => """{"event":"start","start":{"callSid":"\ud800","accountSid":"AC1"}}"""),
        ["start with parameters that are no texts"] = Unreadable(call => StreamWords.Start(call).Replace("\"attempt\":\"1\"", "\"attempt\":{}", StringComparison.Ordinal)),
        ["start without a stream"] = Refused("start names no stream", call => StreamWords.Start(call, stream: "")),
        ["start with a stream that breaks out of its quotes"] = Refused("start names no stream", call => StreamWords.Start(call, stream: "MZ\\\",\\\"x")),
        ["start with a stream of a hundred letters"] = Refused("start names no stream", call => StreamWords.Start(call, stream: new string('M', 100))),
        ["start with a stream of Arabic digits"] = Refused("start names no stream", call => StreamWords.Start(call, stream: "MZ\u0661")),
        ["start in another encoding"] = WrongFormat(call => StreamWords.Start(call, format: "audio/l16")),
        ["start at another rate"] = WrongFormat(call => StreamWords.Start(call, rate: "16000")),
        ["start in stereo"] = WrongFormat(call => StreamWords.Start(call, channels: "2")),
        ["start at a rate beyond all numbers"] = Unreadable(call => StreamWords.Start(call, rate: "1e99")),
        ["media before start"] = TooMany(StreamWords.Frame),
        ["marks before start"] = TooMany(StreamWords.Mark),
        ["digits before start"] = TooMany(StreamWords.Digit),
        ["connected for ever"] = TooMany(StreamWords.Connected),
        ["unknown events before start"] = TooMany("""{"event":"weather"}"""),
        ["garbage before start"] = TooMany("garbage"),
        ["empty messages"] = TooMany(""),
        ["half surrogate pairs before start"] = TooMany("""{"event":"\ud800"}"""),
        ["deep JSON before start"] = TooMany("""{"event":"start","start":""" + new string('[', 30_000)),
        ["start within a list"] = TooMany("[" + StreamWords.Connected + "]"),
        ["two messages in one"] = TooMany(StreamWords.Connected + StreamWords.Connected),
        ["a byte order mark before start"] = TooMany("\uFEFF" + StreamWords.Connected),
        ["binary noise before start"] = new(1008, EndReason.ProtocolViolation, "too many messages before start", (stranger, _) => RepeatAsync(20, () => stranger.FrameAsync(Binary, [0xff, 0x00, 0xfe]))),
        ["start too late, behind twenty others"] = new(1008, EndReason.ProtocolViolation, "too many messages before start", async (stranger, call) =>
        {
            await RepeatAsync(20, () => stranger.SayAsync(StreamWords.Connected));
            await stranger.SayAsync(StreamWords.Start(call));
        }),
        ["stop before start"] = new(1000, EndReason.CallerHungUp, "stop before start", (stranger, _) => stranger.SayAsync(StreamWords.Stop)),
        ["closed before start"] = new(1000, EndReason.StreamLost, "the socket ended before start", (stranger, _) => stranger.FrameAsync(Close, [0x03, 0xe8])),
        ["a message of 64 kB and a byte"] = TooLarge(stranger => stranger.SayAsync(new string('x', MaxMessageBytes + 1))),
        ["a binary message of a megabyte"] = TooLarge(stranger => stranger.FrameAsync(Binary, new byte[1_000_000])),
        ["an endless message in pieces"] = TooLarge(EndlessAsync),
        ["an endless message of empty pieces and one that is not"] = TooLarge(async stranger =>
        {
            await stranger.FrameAsync(Text, [], NotLast);
            await RepeatAsync(500, () => stranger.FrameAsync(Continuation, [], NotLast));
            await stranger.FrameAsync(Continuation, new byte[MaxMessageBytes + 1], NotLast);
        }),
        ["a frame that claims an exabyte"] = TooLarge(stranger => stranger.FrameAsync(Binary, new byte[4 * MaxMessageBytes], claims: 1UL << 60)),
        ["a length with its highest bit set"] = Broken(1002, stranger => stranger.FrameAsync(Binary, [], claims: 1UL << 63)),
        ["invalid UTF-8"] = Broken(1007, stranger => stranger.FrameAsync(Text, NoUtf8)),
        ["a character cut off at the end"] = Broken(1007, stranger => stranger.FrameAsync(Text, [0xe2, 0x82])),
        ["a compressed frame"] = Broken(1002, stranger => stranger.FrameAsync(Text, Encoding.UTF8.GetBytes(StreamWords.Connected), 0xc0)),
        ["a frame without a mask"] = Broken(1002, stranger => stranger.FrameAsync(Text, Encoding.UTF8.GetBytes(StreamWords.Connected), masked: false)),
        ["an unknown opcode"] = Broken(1002, stranger => stranger.FrameAsync(3, [])),
        ["an unknown control opcode"] = Broken(1002, stranger => stranger.FrameAsync(11, [])),
        ["a continuation of nothing"] = Broken(1002, stranger => stranger.FrameAsync(Continuation, [1])),
        ["a message within a message"] = Broken(1002, async stranger =>
        {
            await stranger.FrameAsync(Text, [1], NotLast);
            await stranger.FrameAsync(Text, [1], Last);
        }),
        ["a ping in pieces"] = Broken(1002, stranger => stranger.FrameAsync(Ping, [1], NotLast)),
        ["a ping too long"] = Broken(1002, stranger => stranger.FrameAsync(Ping, new byte[126])),
        ["a close with half a code"] = Broken(1002, stranger => stranger.FrameAsync(Close, [3])),
        ["a close with a code that is none"] = Broken(1002, stranger => stranger.FrameAsync(Close, [0, 1])),
    };

    /// <summary>After a valid <c>start</c>.</summary>
    public static Dictionary<string, StreamAttack> AfterStart { get; } = new()
    {
        ["a message of 64 kB and a byte"] = TooLarge(stranger => stranger.SayAsync(new string('x', MaxMessageBytes + 1))),
        ["an endless message in pieces"] = TooLarge(EndlessAsync),
        ["a flood of media"] = Flood(StreamWords.Frame),
        ["a flood of marks"] = Flood(StreamWords.Mark),
        ["a flood of digits"] = Flood(StreamWords.Digit),
        ["a flood of garbage"] = Flood("garbage"),
        ["a flood of empty messages"] = Flood(""),
        ["invalid UTF-8"] = new(1007, EndReason.StreamLost, "Twilio's socket ended without stop", (stranger, _) => stranger.FrameAsync(Text, NoUtf8)),
        ["a compressed frame"] = new(1002, EndReason.StreamLost, "Twilio's socket ended without stop", (stranger, _) => stranger.FrameAsync(Text, [1], 0xc0)),
        ["a close without stop"] = new(1000, EndReason.StreamLost, "Twilio's socket ended without stop", (stranger, _) => stranger.FrameAsync(Close, [0x03, 0xe8])),
    };

    /// <summary>After a valid <c>start</c>, what is passed over: the call goes on.</summary>
    public static Dictionary<string, Func<Stranger, string, Task>> PassedOver { get; } = new()
    {
        ["a second start"] = (stranger, call) => stranger.SayAsync(StreamWords.Start(call)),
        ["a start of another call"] = (stranger, _) => stranger.SayAsync(StreamWords.Start("CA" + new string('9', 32))),
        ["a start of another account"] = (stranger, call) => stranger.SayAsync(StreamWords.Start(call, account: "AC" + new string('9', 32))),
        ["binary noise"] = (stranger, _) => stranger.FrameAsync(Binary, [0xff, 0x00, 0xfe]),
        ["broken UTF-8 in a binary message"] = (stranger, _) => stranger.FrameAsync(Binary, NoUtf8),
        ["broken UTF-8 behind an escape"] = (stranger, _) => stranger.FrameAsync(Binary, [.. "{\"event\":\"media\",\"media\":{\"payload\":\"\\/"u8, 0xc3, 0x28, .. "\"}}"u8]),
        ["deep JSON"] = (stranger, _) => stranger.SayAsync("""{"event":"media","media":""" + new string('[', 30_000)),
        ["deep and closed JSON"] = (stranger, _) => stranger.SayAsync("""{"event":"x","x":""" + new string('[', 1_000) + new string(']', 1_000) + "}"),
        ["half a surrogate pair as event"] = (stranger, _) => stranger.SayAsync("""{"event":"\ud800"}"""),
        ["half a surrogate pair as audio"] = (stranger, _) => stranger.SayAsync("""{"event":"media","media":{"payload":"\ud800"}}"""),
        ["half a surrogate pair as a name"] = (stranger, _) => stranger.SayAsync("""{"\ud800vent":"media"}"""),
        ["audio that is not base64"] = (stranger, _) => stranger.SayAsync("""{"event":"media","media":{"payload":"****"}}"""),
        ["a number for audio"] = (stranger, _) => stranger.SayAsync("""{"event":"media","media":{"payload":1}}"""),
        ["a mark beyond all numbers"] = (stranger, _) => stranger.SayAsync(StreamWords.Mark.Replace("\"1\"", "\"99999999999999999999\"", StringComparison.Ordinal)),
        ["two digits at once"] = (stranger, _) => stranger.SayAsync(StreamWords.Digit.Replace("\"1\"}", "\"12\"}", StringComparison.Ordinal)),
        ["a digit that is none"] = (stranger, _) => stranger.SayAsync(StreamWords.Digit.Replace("\"1\"}", "\"x\"}", StringComparison.Ordinal)),
        ["an unknown event"] = (stranger, _) => stranger.SayAsync("""{"event":"transfer","to":"+19005550123"}"""),
        ["an empty message"] = (stranger, _) => stranger.SayAsync(""),
        ["a message of exactly 64 kB"] = (stranger, _) => stranger.SayAsync(new string('x', MaxMessageBytes)),
    };

    private static StreamAttack Refused(string detail, Func<string, string> message) => new(1008, EndReason.ProtocolViolation, detail, (stranger, call) => stranger.SayAsync(message(call)));

    private static StreamAttack Mismatch(Func<string, string> start) => Refused("start names another call or account than the ticket", start);

    private static StreamAttack Nameless(Func<string, string> start) => Refused("start names no call and account", start);

    private static StreamAttack Unreadable(Func<string, string> start) => Refused("start could not be read", start);

    private static StreamAttack WrongFormat(Func<string, string> start) => Refused("start announces audio that is not µ-law, 8 kHz, one channel", start);

    private static StreamAttack TooMany(string message) => new(1008, EndReason.ProtocolViolation, "too many messages before start", (stranger, _) => RepeatAsync(20, () => stranger.SayAsync(message)));

    private static StreamAttack TooLarge(Func<Stranger, Task> say) => new(1009, EndReason.ProtocolViolation, "a message was too large", (stranger, _) => say(stranger));

    private static StreamAttack Broken(int code, Func<Stranger, Task> say) => new(code, EndReason.StreamLost, "the socket ended before start", (stranger, _) => say(stranger));

    // The burst and what a second may bring besides, thrice over.
    private static StreamAttack Flood(string message) => new(1008, EndReason.ProtocolViolation, "too many messages a second", (stranger, _) => RepeatAsync(2_000, () => stranger.SayAsync(message)));

    private static async Task EndlessAsync(Stranger stranger)
    {
        await stranger.FrameAsync(Text, new byte[1_000], NotLast);
        await RepeatAsync(200, () => stranger.FrameAsync(Continuation, new byte[1_000], NotLast));
    }

    private static async Task RepeatAsync(int times, Func<Task> say)
    {
        for (var i = 0; i < times; i++)
        {
            await say();
        }
    }
}
