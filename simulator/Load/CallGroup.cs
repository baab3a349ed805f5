using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using PhoneAgent.Simulator.Phone;

namespace PhoneAgent.Simulator.Load;

/// <summary>Calls held together: opened one after the other, held on one clock, brought to rest and hung up.</summary>
internal sealed class CallGroup : IDisposable
{
    private static readonly TimeSpan BetweenCalls = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly RelayTarget _relay;
    private readonly StepMeter _meter;
    private readonly LoadCall?[] _calls;
    private readonly Metronome _metronome;

    /// <summary>Prepares the calls; none is opened yet.</summary>
    public CallGroup(int calls, RelayTarget relay, StepMeter meter)
    {
        _relay = relay;
        _meter = meter;
        _calls = new LoadCall?[calls];
        _metronome = new Metronome(_calls, meter);
    }

    private IEnumerable<LoadCall> Open => _calls.OfType<LoadCall>();

    /// <summary>Opens the calls and waits until each has its Gemini session; returns what went wrong.</summary>
    public async Task<IReadOnlyList<string>> OpenAsync(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        for (var number = 0; number < _calls.Length; number++)
        {
            var early = (number * BetweenCalls) - clock.Elapsed;
            await Task.Delay(early > TimeSpan.Zero ? early : TimeSpan.Zero, cancellation);
            try
            {
                await DialAsync(number, cancellation);
            }
            catch (IOException e)
            {
                return [$"call {number} was not connected: {e.Message}"];
            }
        }

        await UntilAsync(() => Open.All(call => call.Agent is not null || call.Phone.Ended is not null), cancellation);
        return Problems();
    }

    /// <summary>A session of the relay's with Gemini; whose it is, its audio will tell.</summary>
    public void Join(Socket socket, byte[] leftOver)
    {
        var agent = new LoadAgent(_meter, number => number < _calls.Length ? _calls[number] : null);
        var frames = new FrameSocket(socket, isClient: false, agent, leftOver);
        agent.Start(frames);
        _metronome.Add(frames);
    }

    /// <summary>What is wrong with calls that should be held.</summary>
    public IReadOnlyList<string> Problems() => [.. Open.Select(call => call.Problem()).OfType<string>().Take(5)];

    /// <summary>Lets both sides fall silent, waits until everything has arrived, counts what has not.</summary>
    public async Task RestAsync(CancellationToken cancellation)
    {
        foreach (var call in Open)
        {
            call.Phone.FallSilent();
            call.Agent?.Finish();
        }

        await UntilAsync(() => Open.All(call => call.Quiet || call.Problem() is not null), cancellation);
        foreach (var call in Open)
        {
            _meter.AddFramesLost(call.Phone.Frames - (call.Agent?.Frames ?? 0));
            call.Speech.CountMissing();
        }
    }

    /// <summary>Hangs up; returns what went wrong.</summary>
    public async Task<IReadOnlyList<string>> HangUpAsync(CancellationToken cancellation)
    {
        foreach (var call in Open)
        {
            call.Phone.HangUp();
        }

        await UntilAsync(() => Open.All(call => call.Phone.Ended is not null), cancellation);
        var open = Open.Count(call => call.Phone.Ended is null);
        return open == 0 ? [] : [$"the relay left {open} streams open after stop"];
    }

    /// <inheritdoc />
    public void Dispose() => _metronome.Dispose();

    private async Task DialAsync(int number, CancellationToken cancellation)
    {
        var callSid = Sid("CA");
        var path = $"/{callSid}/{MintedTicket.New(_relay.TicketKey, callSid)}";
        var signature = _relay.AuthToken is { } token ? RequestSignature.OfHandshake(token, (_relay.PublicStream ?? _relay.Stream.AbsoluteUri).TrimEnd('/') + path) : null;
        var url = new Uri(_relay.Stream.AbsoluteUri.TrimEnd('/') + path);
        var (socket, leftOver) = await Task.Run(() => Upgrade.Connect(url, signature), cancellation);
        var speech = new AgentSpeech(number, _meter);
        var phone = new LoadPhone(number, socket, leftOver, new TwilioMessages(_relay.AccountSid, callSid, Sid("MZ")), speech, _meter);
        phone.Start();
        _metronome.Add(phone.Socket);
        _calls[number] = new LoadCall(number, phone, speech);
    }

    private static string Sid(string prefix) => prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static async Task UntilAsync(Func<bool> condition, CancellationToken cancellation)
    {
        for (var waited = Stopwatch.StartNew(); !condition() && waited.Elapsed < Patience;)
        {
            await Task.Delay(Poll, cancellation);
        }
    }
}
