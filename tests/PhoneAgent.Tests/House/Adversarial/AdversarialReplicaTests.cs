using PhoneAgent.Core.Calls;
using PhoneAgent.Tests.Handlers;
using PhoneAgent.Tests.Handlers.Adversarial;
using static PhoneAgent.Tests.House.Adversarial.RelayUnderAttack;

namespace PhoneAgent.Tests.House.Adversarial;

/// <summary>Two replicas with one call log, and keys and tokens that change while calls run.</summary>
[Collection(AloneCollection.Name)]
public sealed class AdversarialReplicaTests
{
    private const string StreamOrigin = "wss://relay.example.net";

    private static readonly byte[] NewKey = [.. Enumerable.Range(100, 32).Select(i => (byte)i)];

    [Fact]
    public async Task Of_two_replicas_racing_for_one_ticket_exactly_one_wins_every_time()
    {
        await using var one = await RelayOnLoopback.StartAsync();
        await using var other = await RelayOnLoopback.StartAsync(new RelaySurroundings { Beside = one });
        for (var race = 1; race <= 20; race++)
        {
            var call = NewCall();
            var path = Path(call);
            using var left = await UpgradedAsync(one, path);
            using var right = await UpgradedAsync(other, path);
            await Task.WhenAll(left.SayAsync(StreamWords.Start(call)), right.SayAsync(StreamWords.Start(call)));

            var codes = new[] { left.CloseCodeAsync(), right.CloseCodeAsync() };
            var loser = await Task.WhenAny(codes);
            Assert.Equal(1008, await loser);
            var winner = loser == codes[0] ? right : left;
            await one.Gemini.WaitForSessionAsync(race, Patience.Token);
            await winner.SayAsync(StreamWords.Stop);
            Assert.Equal([1000, 1008], (await Task.WhenAll(codes)).Order());
            Assert.Equal(race, one.Gemini.ConnectionsSeen);
        }

        Assert.Equal(20, one.Log.Lines.Concat(other.Log.Lines).Count(line => line.Contains("the ticket was used already", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_ticket_used_at_one_replica_is_refused_at_the_other_also_after_the_call()
    {
        await using var one = await RelayOnLoopback.StartAsync();
        await using var other = await RelayOnLoopback.StartAsync(new RelaySurroundings { Beside = one });
        var call = NewCall();
        var path = Path(call);
        using var running = await RunningAsync(one, call, path);
        Assert.Equal(1008, await CodeAsync(other, call, path));
        await HangUpAsync(running);
        Assert.Equal(1008, await CodeAsync(other, call, path));
        Assert.Equal(1, one.Gemini.ConnectionsSeen);
    }

    [Fact]
    public async Task An_older_attempt_is_refused_at_the_replica_that_has_not_the_newer_one()
    {
        await using var one = await RelayOnLoopback.StartAsync();
        await using var other = await RelayOnLoopback.StartAsync(new RelaySurroundings { Beside = one });
        var call = NewCall();
        using var running = await RunningAsync(one, call, Path(call), attempt: 2);
        var patience = Patience.Token;
        while (!(await one.CallLog.ReadAsync(CallSid.Parse(call), patience)).OfType<StreamStarted>().Any())
        {
            await Task.Delay(5, patience);
        }

        Assert.Equal(1008, await CodeAsync(other, call, Path(call)));
        await HangUpAsync(running);
        Assert.Equal(1, one.Gemini.ConnectionsSeen);
        Assert.Contains(other.Log.Lines, line => line.Contains("a newer stream of the call has begun", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rotating_the_Twilio_token_while_calls_run_loses_none()
    {
        var configuration = new ChangingConfiguration(new() { ["Twilio:AuthToken"] = "old", ["PhoneAgent:StreamUrl"] = StreamUrl });
        await using var relay = await RelayOnLoopback.StartAsync(new RelaySurroundings { Changing = configuration });
        var running = new List<Stranger> { await SignedAsync("old") };

        // Deploy both, promote in the Twilio console, remove the old one.
        configuration["Twilio:PreviousAuthToken"] = "old";
        configuration["Twilio:AuthToken"] = "new";
        running.Add(await SignedAsync("old"));
        running.Add(await SignedAsync("new"));
        configuration["Twilio:PreviousAuthToken"] = null;
        running.Add(await SignedAsync("new"));
        var path = Path(NewCall());
        using var late = await Stranger.ConnectAsync(relay.Origin);
        Assert.StartsWith("HTTP/1.1 403", await late.AskAsync(Stranger.Handshake(path, Sign(StreamOrigin + path, "old"))));

        Assert.Equal(4, relay.ActiveCalls);
        foreach (var call in running)
        {
            await HangUpAsync(call);
            call.Dispose();
        }

        async Task<Stranger> SignedAsync(string token)
        {
            var call = NewCall();
            return await RunningAsync(relay, call, Path(call), token: token);
        }
    }

    [Fact]
    public async Task Rotating_the_ticket_key_while_calls_run_loses_none()
    {
        var configuration = new ChangingConfiguration([]);
        await using var relay = await RelayOnLoopback.StartAsync(new RelaySurroundings { Changing = configuration });
        var (first, second, third) = (NewCall(), NewCall(), NewCall());
        using var before = await RunningAsync(relay, first, Path(first));

        configuration["PhoneAgent:PreviousTicketKey"] = RelayOnLoopback.TicketKey;
        configuration["PhoneAgent:TicketKey"] = Convert.ToBase64String(NewKey);
        using var old = await RunningAsync(relay, second, Path(second));
        using var fresh = await RunningAsync(relay, third, Path(third, Ticket(third, key: NewKey)));
        configuration["PhoneAgent:PreviousTicketKey"] = null;
        using var late = await Stranger.ConnectAsync(relay.Origin);
        Assert.StartsWith("HTTP/1.1 403", await late.AskAsync(Stranger.Handshake(Path(NewCall()))));

        foreach (var call in new[] { before, old, fresh })
        {
            await HangUpAsync(call);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("dG9vIHNob3J0")]
    [InlineData("not base64!")]
    public async Task Without_a_usable_ticket_key_nobody_gets_in(string key)
    {
        var configuration = new ChangingConfiguration([]);
        await using var relay = await RelayOnLoopback.StartAsync(new RelaySurroundings { Changing = configuration });
        configuration["PhoneAgent:TicketKey"] = key;
        var call = NewCall();
        foreach (var forgery in new[] { RelayOnLoopback.TicketKey, key }.Select(text => text.Contains(' ', StringComparison.Ordinal) ? [] : Convert.FromBase64String(text)))
        {
            using var stranger = await Stranger.ConnectAsync(relay.Origin);
            Assert.StartsWith("HTTP/1.1 403", await stranger.AskAsync(Stranger.Handshake(Path(call, Ticket(call, key: forgery)))));
        }

        Assert.Equal(0, relay.Gemini.ConnectionsSeen);
    }

    private static async Task<Stranger> UpgradedAsync(RelayOnLoopback relay, string path, params string[] headers)
    {
        var stranger = await Stranger.ConnectAsync(relay.Origin);
        Assert.StartsWith("HTTP/1.1 101", await stranger.AskAsync(Stranger.Handshake(path, headers)));
        return stranger;
    }

    private static async Task<Stranger> RunningAsync(RelayOnLoopback relay, string call, string path, int attempt = 1, string? token = null)
    {
        var stranger = await UpgradedAsync(relay, path, token is null ? [] : [Sign(StreamOrigin + path, token)]);
        await stranger.SayAsync(StreamWords.Start(call, attempt: attempt));
        Assert.Equal(Stranger.Text, (await stranger.NextFrameAsync())!.Value.Opcode);
        return stranger;
    }

    private static async Task<int> CodeAsync(RelayOnLoopback relay, string call, string path)
    {
        using var stranger = await UpgradedAsync(relay, path);
        await stranger.SayAsync(StreamWords.Start(call));
        return await stranger.CloseCodeAsync();
    }
}
