using System.Security.Cryptography;
using PhoneAgent.Core.Trust;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.Simulator.Load;
using PhoneAgent.Tests.Handlers.Adversarial;

namespace PhoneAgent.Tests.House.Adversarial;

/// <summary>A relay that many strangers try one after the other; it knows no auth token, as in production.</summary>
public class RelayUnderAttack : IAsyncLifetime
{
    public const string AuthToken = "the-token-of-today";
    public const string PreviousAuthToken = "the-token-of-yesterday";
    public const string StreamUrl = "wss://relay.example.net/stream";

    private static readonly Dictionary<string, StreamRefusal> Counted = new()
    {
        ["callSid"] = StreamRefusal.CallSid,
        ["ticket Malformed"] = StreamRefusal.TicketMalformed,
        ["ticket Forged"] = StreamRefusal.TicketForged,
        ["ticket Expired"] = StreamRefusal.TicketExpired,
        ["ticket FromTheFuture"] = StreamRefusal.TicketFromTheFuture,
        ["signature"] = StreamRefusal.Signature,
        ["no WebSocket"] = StreamRefusal.NoWebSocket,
        ["too many without start"] = StreamRefusal.Waiting,
        ["too many of one call without start"] = StreamRefusal.CallWaiting,
        ["too many messages before start"] = StreamRefusal.NoStart,
        ["a message was too large"] = StreamRefusal.TooLarge,
        ["the socket ended before start"] = StreamRefusal.GoneBeforeStart,
        ["stop before start"] = StreamRefusal.HungUpBeforeStart,
        ["start could not be read"] = StreamRefusal.BadStart,
        ["start names no call and account"] = StreamRefusal.BadStart,
        ["start names no stream"] = StreamRefusal.BadStart,
        ["start announces audio that is not µ-law, 8 kHz, one channel"] = StreamRefusal.BadStart,
        ["start names another call or account than the ticket"] = StreamRefusal.OtherCall,
        ["the ticket was used already"] = StreamRefusal.TicketUsed,
        ["the call has ended already"] = StreamRefusal.CallOver,
        ["the call has a stream of this or a newer attempt"] = StreamRefusal.OlderAttempt,
        ["a newer stream of the call has begun"] = StreamRefusal.OlderAttempt,
    };

    private static readonly byte[] Key = Convert.FromBase64String(RelayOnLoopback.TicketKey);
    private static int _calls;

    internal RelayOnLoopback Relay { get; private set; } = null!;

    internal Uri Origin => Relay.Origin;

    public static string Call => "CA00000000000000000000000000000abc";

    protected virtual (string Key, string? Value)[] Settings => [];

    public async Task InitializeAsync() => Relay = await RelayOnLoopback.StartAsync(Settings);

    public async Task DisposeAsync() => await Relay.DisposeAsync();

    /// <summary>A call that no other case uses.</summary>
    internal static string NewCall() => $"CA{Interlocked.Increment(ref _calls):x32}";

    /// <summary>A ticket written apart from the code that checks it.</summary>
    internal static string Ticket(string call, int expiresIn = 100, string? nonce = null, byte[]? key = null) =>
        TicketUntil(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + expiresIn, call, nonce, key);

    internal static string TicketUntil(long expiry, string call, string? nonce = null, byte[]? key = null) =>
        MintedTicket.Write(key ?? Key, call, expiry, nonce ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));

    /// <summary>The path of a stream with a genuine ticket.</summary>
    internal static string Path(string call, string? ticket = null) => $"/stream/{call}/{ticket ?? Ticket(call)}";

    internal static string Sign(string url, string token = AuthToken) => "X-Twilio-Signature: " + TwilioSignature.Compute(token, url, []);

    /// <summary>A call of its own that runs, the agent's first sound heard.</summary>
    internal async Task<Stranger> RunningAsync(string call, string? ticket = null, int attempt = 1)
    {
        var twilio = await UpgradedAsync(call, ticket);
        await twilio.SayAsync(StreamWords.Start(call, attempt: attempt));
        Assert.Equal(Stranger.Text, (await twilio.NextFrameAsync())!.Value.Opcode);
        return twilio;
    }

    /// <summary>Ends a call as Twilio does, and proves so that it still ran.</summary>
    internal static async Task HangUpAsync(Stranger twilio)
    {
        await twilio.SayAsync(StreamWords.Stop);
        Assert.Equal(1000, await twilio.CloseCodeAsync());
    }

    /// <summary>A stranger who got as far as an open WebSocket.</summary>
    internal async Task<Stranger> UpgradedAsync(string call, string? ticket = null)
    {
        var stranger = await Stranger.ConnectAsync(Origin);
        Assert.StartsWith("HTTP/1.1 101", await stranger.AskAsync(Stranger.Handshake(Path(call, ticket))));
        return stranger;
    }

    /// <summary>
    /// Runs an attack: the log has one line about it, with the reason and nothing of the ticket; the refusal is counted
    /// under the reason; Gemini has seen nobody. Without a reason, it was not worth a line.
    /// </summary>
    /// <param name="line">What the line says after its scopes; null for none.</param>
    /// <param name="reason">The cause as the log has it; it is counted under its word.</param>
    /// <param name="attack">What the stranger does.</param>
    /// <param name="running">Calls that are on before and go on after it.</param>
    internal async Task ProveRefusedAsync(string? line, string? reason, Func<Task> attack, int running = 0)
    {
        var (lines, connections) = (Relay.Log.Lines.Count, Relay.Gemini.ConnectionsSeen);
        using var meter = new RefusalMeter();
        await attack();
        await UntilIdleAsync(running);

        Assert.Equal(reason is null ? [] : ["1 stream." + Counted[reason]], meter.Counted);
        var noted = LinesAfter(lines);
        if (line is null)
        {
            Assert.Empty(noted);
        }
        else
        {
            Assert.Contains(line, Assert.Single(noted), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(Relay.Log.Lines.Skip(lines), one => one.Contains("v1.", StringComparison.Ordinal));
        Assert.Equal(connections, Relay.Gemini.ConnectionsSeen);
    }

    /// <summary>Holds one call as it should be, up to the agent's first sound.</summary>
    internal async Task ServeACallAsync(int running = 0)
    {
        var call = NewCall();
        var path = Path(call);
        using var twilio = await Stranger.ConnectAsync(Origin);
        Assert.StartsWith("HTTP/1.1 101", await twilio.AskAsync(Stranger.Handshake(path, Sign(StreamUrl + path["/stream".Length..]))));
        await twilio.SayAsync(StreamWords.Start(call));
        await twilio.SayAsync(StreamWords.Frame);
        Assert.Equal(Stranger.Text, (await twilio.NextFrameAsync())!.Value.Opcode);
        await HangUpAsync(twilio);
        await UntilIdleAsync(running);
    }

    /// <summary>The relay's own lines since there were so many, and whatever else is wrong.</summary>
    internal IReadOnlyList<string> LinesAfter(int count) => [.. Relay.Log.Lines.Skip(count).Where(IsOurs)];

    /// <summary>The host's own lines about requests are not the relay's, unless something is wrong; that the machine stood still for a second is not wrong.</summary>
    internal static bool IsOurs(string line) => line.StartsWith("Information", StringComparison.Ordinal)
        ? line.StartsWith("Information PhoneAgent", StringComparison.Ordinal)
        : !line.Contains("the heartbeat has been running", StringComparison.Ordinal);

    /// <summary>Waits until Gemini has no session left.</summary>
    internal async Task UntilSessionsEndedAsync()
    {
        var patience = Patience.Token;
        foreach (var session in Relay.Gemini.Sessions)
        {
            await session.WaitUntilAsync(one => one.Close is not null, patience);
        }
    }

    internal async Task UntilIdleAsync(int running = 0)
    {
        var patience = Patience.Token;
        while (Relay.ActiveCalls > running)
        {
            await Task.Delay(5, patience);
        }
    }
}

/// <summary>The same with Twilio's auth token, so that the handshake must be signed as well; the token is just being rotated.</summary>
public sealed class SignedRelayUnderAttack : RelayUnderAttack
{
    protected override (string Key, string? Value)[] Settings =>
        [("Twilio:AuthToken", AuthToken), ("Twilio:PreviousAuthToken", PreviousAuthToken), ("PhoneAgent:StreamUrl", StreamUrl)];
}

/// <summary>What Twilio says on a stream, written by hand.</summary>
internal static class StreamWords
{
    public const string Connected = """{"event":"connected","protocol":"Call","version":"1.0.0"}""";
    public const string Mark = """{"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"1"}}""";
    public const string Digit = """{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"1"}}""";
    public const string Stop = """{"event":"stop","sequenceNumber":"5","streamSid":"MZ1","stop":{"accountSid":"AC1","callSid":"CA1"}}""";
    public static readonly string Frame = $$$"""{"event":"media","streamSid":"MZ1","media":{"track":"inbound","payload":"{{{new string('/', 212)}}}/w=="}}""";

    public static string Start(string call, string account = RelayOnLoopback.AccountSid, string stream = "MZ1", string format = "audio/x-mulaw", string rate = "8000", string channels = "1", int attempt = 1) =>
        $$$$"""{"event":"start","sequenceNumber":"1","streamSid":"{{{{stream}}}}","start":{"accountSid":"{{{{account}}}}","streamSid":"{{{{stream}}}}","callSid":"{{{{call}}}}","tracks":["inbound"],"mediaFormat":{"encoding":"{{{{format}}}}","sampleRate":{{{{rate}}}},"channels":{{{{channels}}}}},"customParameters":{"agent":"default","attempt":"{{{{attempt}}}}"}}}""";
}
