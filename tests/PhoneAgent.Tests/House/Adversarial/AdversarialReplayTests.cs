using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.Tests.Handlers.Adversarial;
using static PhoneAgent.Tests.House.Adversarial.RelayUnderAttack;

namespace PhoneAgent.Tests.House.Adversarial;

/// <summary>A ticket admits one stream, a call has one stream, and the newest attempt is the one that counts.</summary>
[Collection(AloneCollection.Name)]
public sealed class AdversarialReplayTests(RelayUnderAttack relay) : IClassFixture<RelayUnderAttack>
{
    private const string UsedAlready = "the ticket was used already";
    private const string HasStream = "the call has a stream of this or a newer attempt";
    private const string HasBegun = "a newer stream of the call has begun";

    private static readonly Dictionary<string, Func<string, string>> Respelled = new()
    {
        ["as it was"] = path => path,
        ["with a trailing slash"] = path => path + "/",
        ["with a query"] = path => path + "?again",
        ["with stream in capitals"] = path => path.Replace("/stream", "/STREAM", StringComparison.Ordinal),
        ["with an encoded dot"] = path => path.Replace("v1.", "v1%2e", StringComparison.Ordinal),
        ["with an encoded letter in the call"] = path => path.Replace("/CA", "/C%41", StringComparison.Ordinal),
        ["with a folder and back"] = path => "/x/.." + path,
        ["as an absolute address"] = path => "http://relay.example.net" + path,
    };

    public static TheoryData<string> Respellings => [.. Respelled.Keys];

    [Theory]
    [MemberData(nameof(Respellings))]
    public async Task A_ticket_replayed_while_its_call_runs_is_refused(string spelling)
    {
        var call = NewCall();
        var ticket = Ticket(call);
        using var running = await relay.RunningAsync(call, ticket);
        await ProveRefusedAsync(UsedAlready, () => StartAsync(call, Respelled[spelling](Path(call, ticket))), running: 1);
        await HangUpAsync(running);
        await relay.UntilIdleAsync();
    }

    [Fact]
    public async Task A_ticket_replayed_after_its_call_ended_is_refused()
    {
        var call = NewCall();
        var ticket = Ticket(call);
        using (var running = await relay.RunningAsync(call, ticket))
        {
            await HangUpAsync(running);
        }

        await relay.UntilIdleAsync();
        await ProveRefusedAsync(UsedAlready, () => StartAsync(call, Path(call, ticket)));
    }

    [Fact]
    public async Task A_fresh_ticket_for_a_call_that_has_ended_opens_no_second_session()
    {
        var call = NewCall();
        using (var running = await relay.RunningAsync(call))
        {
            await HangUpAsync(running);
        }

        await relay.UntilIdleAsync();
        await relay.ProveRefusedAsync("The stream was refused: CallerHungUp, the call has ended already.", "the call has ended already", async () =>
            Assert.Equal(1000, await CodeAsync(call, Path(call))));
    }

    [Fact]
    public async Task A_ticket_used_for_another_call_is_not_used_up()
    {
        var call = NewCall();
        var ticket = Ticket(call);
        using (var stranger = await relay.UpgradedAsync(call, ticket))
        {
            await stranger.SayAsync(StreamWords.Start(NewCall()));
            Assert.Equal(1008, await stranger.CloseCodeAsync());
        }

        using var running = await relay.RunningAsync(call, ticket);
        await HangUpAsync(running);
        await relay.UntilIdleAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(-7)]
    public async Task A_second_stream_of_the_same_attempt_is_refused_and_the_first_goes_on(int attempt)
    {
        var call = NewCall();
        using var running = await relay.RunningAsync(call);
        await ProveRefusedAsync(HasStream, () => StartAsync(call, Path(call), attempt), running: 1);
        await HangUpAsync(running);
        await relay.UntilIdleAsync();
    }

    [Fact]
    public async Task A_newer_attempt_takes_over_and_an_older_one_after_it_is_refused()
    {
        var call = NewCall();
        using var first = await relay.RunningAsync(call);
        using var second = await relay.RunningAsync(call, attempt: 2);
        Assert.Equal(1012, await first.CloseCodeAsync());
        await relay.UntilIdleAsync(1);

        await ProveRefusedAsync(HasBegun, () => StartAsync(call, Path(call)), running: 1);
        await ProveRefusedAsync(HasStream, () => StartAsync(call, Path(call), attempt: 2), running: 1);
        await HangUpAsync(second);
        await relay.UntilIdleAsync();
        Assert.Equal([EndReason.HandedOver, EndReason.CallerHungUp], (await relay.Relay.CallLog.ReadAsync(CallSid.Parse(call), default)).OfType<StreamEnded>().Select(end => end.Reason));
    }

    [Fact]
    public async Task Which_attempt_a_ticket_is_for_the_log_says_and_not_the_stranger()
    {
        var (call, nonce) = (NewCall(), new string('c', 32));
        await relay.Relay.CallLog.AppendAsync(CallSid.Parse(call), [new StreamOffered(1, nonce, DateTimeOffset.UtcNow, "default") { At = DateTimeOffset.UtcNow }], default);
        using var running = await relay.RunningAsync(call, attempt: 2);
        await ProveRefusedAsync(HasBegun, () => StartAsync(call, Path(call, Ticket(call, nonce: nonce)), attempt: 999), running: 1);
        await HangUpAsync(running);
        await relay.UntilIdleAsync();
    }

    [Fact]
    public async Task Sockets_of_one_call_that_wait_for_start_are_capped()
    {
        var call = NewCall();
        using var first = await relay.UpgradedAsync(call);
        using var second = await relay.UpgradedAsync(call);
        await ProveUnavailableAsync("too many of one call without start", Path(call), running: 2);
        await relay.ServeACallAsync(running: 2);
        await EndAsync(first, second);
    }

    [Fact]
    public async Task Sockets_that_wait_for_start_are_capped_in_total()
    {
        var waiting = await Task.WhenAll(Enumerable.Range(0, ActiveCalls.MaxWaiting).Select(_ => relay.UpgradedAsync(NewCall())));
        await ProveUnavailableAsync("too many without start", Path(NewCall()), running: ActiveCalls.MaxWaiting);
        await EndAsync(waiting);
        await relay.ServeACallAsync();
    }

    private Task ProveRefusedAsync(string detail, Func<Task> attack, int running = 0) =>
        relay.ProveRefusedAsync($"The stream was refused: ProtocolViolation, {detail}.", detail, attack, running);

    private Task ProveUnavailableAsync(string reason, string target, int running) => relay.ProveRefusedAsync($"A stream was refused with 503: {reason}.", reason, async () =>
    {
        using var stranger = await Stranger.ConnectAsync(relay.Origin);
        Assert.Equal(503, Stranger.StatusIn(await stranger.AskAsync(Stranger.Handshake(target))));
    }, running);

    private async Task StartAsync(string call, string target, int attempt = 1) => Assert.Equal(1008, await CodeAsync(call, target, attempt));

    private async Task<int> CodeAsync(string call, string target, int attempt = 1)
    {
        using var stranger = await Stranger.ConnectAsync(relay.Origin);
        Assert.Equal(101, Stranger.StatusIn(await stranger.AskAsync(Stranger.Handshake(target))));
        await stranger.SayAsync(StreamWords.Start(call, attempt: attempt));
        return await stranger.CloseCodeAsync();
    }

    private async Task EndAsync(params Stranger[] strangers)
    {
        foreach (var stranger in strangers)
        {
            await HangUpAsync(stranger);
            stranger.Dispose();
        }

        await relay.UntilIdleAsync();
    }
}
