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

    /// <summary>The names of all that is kept, without what locks it.</summary>
    protected abstract Task<IEnumerable<string>> KeptAsync();

    /// <summary>Keeps something beside the log.</summary>
    protected abstract Task KeepAsync(string name);

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
        Assert.Equal(["calls/" + Call.Value, "days/2026-11-20/" + Call.Value], (await KeptAsync()).Order());
        Assert.Equal([Call], await Open().ListAsync(new DateOnly(2026, 11, 20), null, 10, default));
        Assert.Empty(await Open().ListAsync(new DateOnly(2026, 11, 21), null, 10, default));
    }

    [Fact]
    public virtual async Task The_day_is_that_of_utc()
    {
        await Open().AppendAsync(Call, [new HandedOver { At = new(2026, 11, 21, 1, 30, 0, TimeSpan.FromHours(2)) }], default);
        Assert.Equal([Call], await Open().ListAsync(new DateOnly(2026, 11, 20), null, 10, default));
    }

    [Fact]
    public virtual async Task The_calls_of_a_day_are_listed_page_by_page_and_those_that_come_meanwhile_upset_nothing()
    {
        var calls = Enumerable.Range(1, 7).Select(i => CallSid.Parse($"CA{i * 16:x32}")).ToList();
        foreach (var call in Enumerable.Reverse(calls))
        {
            await Open().AppendAsync(call, [new HandedOver { At = At }], default);
        }

        await Open().AppendAsync(CallSid.Parse($"CA{33:x32}"), [new HandedOver { At = At.AddDays(1) }], default);
        var day = new DateOnly(2026, 11, 20);
        var (first, second) = (CallSid.Parse($"CA{1:x32}"), CallSid.Parse($"CA{49:x32}"));
        Assert.Equal(calls[..3], await Open().ListAsync(day, null, 3, default));
        foreach (var one in new[] { first, second })
        {
            await Open().AppendAsync(one, [new HandedOver { At = At }], default);
        }

        Assert.Equal([second, calls[3], calls[4]], await Open().ListAsync(day, calls[2], 3, default));
        Assert.Equal(calls[5..], await Open().ListAsync(day, calls[4], 3, default));
        Assert.Empty(await Open().ListAsync(day, calls[6], 3, default));
        Assert.Equal([calls[6]], await Open().ListAsync(day, CallSid.Parse($"CA{111:x32}"), 3, default)); // one that is not, or no longer, listed
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Open().ListAsync(day, null, 0, default));
    }

    [Fact]
    public virtual async Task Of_a_removed_call_nothing_is_kept_but_that_it_was_removed()
    {
        var (other, request) = (CallSid.Parse("CA" + new string('f', 32)), new string('a', 64));
        foreach (var (call, its) in new[] { (Call, request), (other, new string('b', 64)) })
        {
            await Open().AppendAsync(call, [new CallReceived("outbound-api", "+14155550100", "+14155550199", "default", its) { At = At }], default);
            await Open().AppendAsync(call, [new CallerSaid("a secret") { At = At.AddDays(1) }], default);
            await KeepAsync("outbound/" + its);
            await KeepAsync("recordings/" + call);
            for (var ticket = 0; ticket < 3; ticket++)
            {
                Assert.True(await Open().TryClaimAsync(call, $"{ticket:x32}", "owner", default));
            }
        }

        var before = await KeptAsync();
        Assert.True(await Open().RemoveAsync(Call, At.AddDays(2), default));
        Assert.Equal([new CallRemoved { At = At.AddDays(2) }], await Open().ReadAsync(Call, default));
        Assert.Equal(before.Where(name => !name.Contains(Call.Value, StringComparison.Ordinal) && !name.Contains(request, StringComparison.Ordinal)).Append("calls/" + Call).Order(), (await KeptAsync()).Order());
        Assert.Equal([other], await Open().ListAsync(new DateOnly(2026, 11, 20), null, 10, default));
        Assert.False(await Open().RemoveAsync(Call, At.AddDays(3), default));
        Assert.Equal([new CallRemoved { At = At.AddDays(2) }], await Open().ReadAsync(Call, default));
        Assert.Equal(2, (await Open().ReadAsync(other, default)).Count);
    }

    [Fact]
    public virtual async Task A_call_that_is_not_known_is_not_removed()
    {
        Assert.False(await Open().RemoveAsync(Call, At, default));
        Assert.Empty(await Open().ReadAsync(Call, default));
        Assert.Empty(await KeptAsync());
        await Open().AppendAsync(Call, [new HandedOver { At = At }], default);
        Assert.Single(await Open().ReadAsync(Call, default));
    }

    [Fact]
    public virtual async Task A_call_that_goes_on_when_it_is_removed_does_not_come_back()
    {
        var (relay, handlers) = (Open(), Open());
        await relay.AppendAsync(Call, [new CallerSaid("before") { At = At }], default);
        await handlers.AppendAsync(Call, [new CallerSaid("before, too") { At = At }], default);
        Assert.True(await Open().RemoveAsync(Call, At, default));
        foreach (var log in new[] { relay, handlers, relay, Open() })
        {
            await log.AppendAsync(Call, [new CallerSaid("after, and at more length than what is left of the call") { At = At.AddDays(1) }], default);
        }

        Assert.Equal([new CallRemoved { At = At }], await relay.ReadAsync(Call, default));
        Assert.Equal(["calls/" + Call], await KeptAsync());
    }

    [Fact]
    public virtual async Task A_call_that_is_removed_while_many_append_stays_removed()
    {
        await Open().AppendAsync(Call, [new CallerSaid("first") { At = At }], default);
        using var removed = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var log = Open();
            while (!removed.IsCancellationRequested)
            {
                await log.AppendAsync(Call, [new CallerSaid("words") { At = At }], default);
                await Task.Yield(); // appending to a file never waits, and these loops would keep all threads of the pool from who waits for it
            }

            await log.AppendAsync(Call, [new CallerSaid("last words") { At = At }], default);
        })).ToList();
        Assert.True(await Task.Run(() => Open().RemoveAsync(Call, At, default)));
        await removed.CancelAsync();
        await Task.WhenAll(writers);
        Assert.Equal([new CallRemoved { At = At }], await Open().ReadAsync(Call, default));
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
        await Assert.ThrowsAsync<CallLogUnavailableException>(() => log.ListAsync(new DateOnly(2026, 11, 20), null, 1, default));
        await Assert.ThrowsAsync<CallLogUnavailableException>(() => log.RemoveAsync(Call, At, default));
    }
}
