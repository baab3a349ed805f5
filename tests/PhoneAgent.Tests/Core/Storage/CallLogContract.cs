using PhoneAgent.Core.Calls;

namespace PhoneAgent.Tests.Core.Storage;

/// <summary>What a call log has to do, whatever it is stored in.</summary>
public abstract class CallLogContract
{
    protected const string Nonce = "00112233445566778899aabbccddeeff";
    protected static readonly CallSid Call = CallSid.Parse("CA0123456789abcdef0123456789abcdef");
    protected static readonly DateTimeOffset At = new(2026, 11, 20, 23, 59, 59, TimeSpan.Zero);

    /// <summary>The log as one more process opens it.</summary>
    protected abstract ICallLog Open();

    /// <summary>A log whose store is away.</summary>
    protected abstract ICallLog OpenAway();

    /// <summary>What is listed, as date and CallSid.</summary>
    protected abstract Task<IEnumerable<string>> ListedAsync();

    [Fact]
    public virtual async Task What_was_appended_is_read_again_in_order()
    {
        CallEvent[] events =
        [
            new CallReceived("inbound", "+14155550100", "+14155550199", "default") { At = At },
            new StreamOffered(1, Nonce, At, "default") { At = At },
            new StreamStarted(1, "MZ1") { At = At, Relay = new RelayStamp(Nonce, 1) },
            new AgentSaid("Hello, \"you\" ☎\n", "Hello", 1200, 800) { At = At, Relay = new RelayStamp(Nonce, 2) },
            new StreamEnded(EndReason.AgentHungUp, null, new StreamFigures { AgentMs = 1200 }) { At = At, Relay = new RelayStamp(Nonce, 3) },
        ];
        var (handlers, relay) = (Open(), Open());
        await handlers.AppendAsync(Call, events[..2], default);
        await handlers.AppendAsync(Call, [], default);
        await relay.AppendAsync(Call, events[2..4], default);
        await relay.AppendAsync(Call, events[4..], default);
        Assert.Equal(events, await handlers.ReadAsync(Call, default));
        await handlers.AppendAsync(Call, [new StatusChanged("completed", 3) { At = At }], default);
        Assert.Equal([.. events, new StatusChanged("completed", 3) { At = At }], await relay.ReadAsync(Call, default));
    }

    [Fact]
    public virtual async Task An_unknown_call_has_no_events() => Assert.Empty(await Open().ReadAsync(Call, default));

    [Fact]
    public virtual async Task What_is_appended_twice_is_there_twice()
    {
        var (one, other) = (Open(), Open());
        foreach (var log in new[] { one, other, one, one, other })
        {
            await log.AppendAsync(Call, [new HandedOver { At = At }], default);
        }

        Assert.Equal(5, (await Open().ReadAsync(Call, default)).Count);
    }

    [Fact]
    public virtual async Task A_call_is_listed_under_the_day_it_began_on()
    {
        await Open().AppendAsync(Call, [new HandedOver { At = At }, new HandedOver { At = At.AddSeconds(1) }], default);
        await Open().AppendAsync(Call, [new HandedOver { At = At.AddDays(1) }], default);
        Assert.Equal(["2026-11-20/" + Call.Value], await ListedAsync());
    }

    [Fact]
    public virtual async Task Appends_at_the_same_time_lose_mix_and_double_nothing()
    {
        var writers = Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            var log = Open();
            for (var i = 0; i < 25; i++)
            {
                await log.AppendAsync(Call, [new CallerSaid($"{writer}:{i}:{new string('x', 500)}") { At = At }, new CallerSaid($"{writer}:{i}") { At = At }], default);
                if (i % 5 == 0)
                {
                    await log.ReadAsync(Call, default);
                }
            }
        }));
        await Task.WhenAll(writers);
        var said = (await Open().ReadAsync(Call, default)).Cast<CallerSaid>().Select(one => one.Text.TrimEnd('x', ':')).ToList();
        Assert.Equal(400, said.Count);
        foreach (var ofOne in said.Chunk(2).GroupBy(pair => pair[0].Split(':')[0]))
        {
            Assert.All(ofOne, pair => Assert.Equal(pair[0], pair[1]));
            Assert.Equal(Enumerable.Range(0, 25).Select(i => $"{ofOne.Key}:{i}"), ofOne.Select(pair => pair[0]));
        }
    }

    [Fact]
    public virtual async Task A_ticket_is_claimed_by_exactly_one_of_many_and_by_the_same_again()
    {
        string[] owners = ["one", "two", "three", "żółw"];
        var logs = owners.Select(_ => Open()).ToArray();
        foreach (var round in Enumerable.Range(0, 20).Select(round => Enumerable.Range(round * 10, 10)))
        {
            var claims = await Task.WhenAll(round.Select(nonce => Task.WhenAll(owners.Select((owner, i) => Task.Run(() => logs[i].TryClaimAsync(Call, $"{nonce:x32}", owner, default))))));
            Assert.All(claims, ofOneTicket => Assert.Single(ofOneTicket, claimed => claimed));
            var winner = owners[Array.IndexOf(claims[0], true)];
            Assert.True(await Open().TryClaimAsync(Call, $"{round.First():x32}", winner, default));
            Assert.False(await Open().TryClaimAsync(Call, $"{round.First():x32}", "late", default));
        }
    }

    [Theory]
    [InlineData("../../../../etc/passwd-0000000000")]
    [InlineData("00112233445566778899AABBCCDDEEFF")]
    [InlineData("")]
    public async Task A_nonce_that_is_none_never_becomes_a_name(string nonce) =>
        await Assert.ThrowsAsync<ArgumentException>(() => OpenAway().TryClaimAsync(Call, nonce, "owner", default));

    [Fact]
    public async Task A_store_that_is_away_is_an_unavailable_log()
    {
        var log = OpenAway();
        await Assert.ThrowsAsync<CallLogUnavailableException>(() => log.AppendAsync(Call, [new HandedOver { At = At }], default));
        await Assert.ThrowsAsync<CallLogUnavailableException>(() => log.ReadAsync(Call, default));
        await Assert.ThrowsAsync<CallLogUnavailableException>(() => log.TryClaimAsync(Call, Nonce, "owner", default));
    }
}
