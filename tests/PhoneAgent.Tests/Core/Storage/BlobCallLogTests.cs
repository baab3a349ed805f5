using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Storage;

namespace PhoneAgent.Tests.Core.Storage;

[Collection(AzuriteTests.Name)]
public sealed class BlobCallLogTests(Azurite azurite) : CallLogContract, IAsyncLifetime
{
    private static readonly CallerSaid One = new("one") { At = At };
    private static readonly CallerSaid Two = new("two") { At = At };
    private static readonly CallerSaid Three = new("three") { At = At };

    private readonly LostAnswers _network = new(request => request.Uri.Query.Contains("appendblock", StringComparison.Ordinal));
    private Uri _address = Nowhere.Container;

    public async Task InitializeAsync() => _address = Azurite.Missing is null ? await azurite.NewContainerAsync() : Nowhere.Container;

    public Task DisposeAsync() => Task.CompletedTask;

    [NeedsAzuriteFact]
    public override Task What_was_appended_is_read_again_in_order() => base.What_was_appended_is_read_again_in_order();

    [NeedsAzuriteFact]
    public override Task An_unknown_call_has_no_events() => base.An_unknown_call_has_no_events();

    [NeedsAzuriteFact]
    public override Task What_is_appended_twice_is_there_twice() => base.What_is_appended_twice_is_there_twice();

    [NeedsAzuriteFact]
    public override Task A_call_is_listed_under_the_day_it_began_on() => base.A_call_is_listed_under_the_day_it_began_on();

    [NeedsAzuriteFact]
    public override Task The_day_is_that_of_utc() => base.The_day_is_that_of_utc();

    [NeedsAzuriteFact]
    public override Task The_calls_of_a_day_are_listed_page_by_page_and_those_that_come_meanwhile_upset_nothing() => base.The_calls_of_a_day_are_listed_page_by_page_and_those_that_come_meanwhile_upset_nothing();

    [NeedsAzuriteFact]
    public override Task Of_a_removed_call_nothing_is_kept_but_that_it_was_removed() => base.Of_a_removed_call_nothing_is_kept_but_that_it_was_removed();

    [NeedsAzuriteFact]
    public override Task A_call_that_is_not_known_is_not_removed() => base.A_call_that_is_not_known_is_not_removed();

    [NeedsAzuriteFact]
    public override Task A_call_that_goes_on_when_it_is_removed_does_not_come_back() => base.A_call_that_goes_on_when_it_is_removed_does_not_come_back();

    [NeedsAzuriteFact]
    public override Task A_call_that_is_removed_while_many_append_stays_removed() => base.A_call_that_is_removed_while_many_append_stays_removed();

    [NeedsAzuriteFact]
    public override Task Appends_at_the_same_time_lose_mix_and_double_nothing() => base.Appends_at_the_same_time_lose_mix_and_double_nothing();

    [NeedsAzuriteFact]
    public override Task A_ticket_is_claimed_by_exactly_one_of_many_and_by_the_same_again() => base.A_ticket_is_claimed_by_exactly_one_of_many_and_by_the_same_again();

    [NeedsAzuriteFact]
    public async Task An_append_whose_answer_was_lost_is_not_written_twice()
    {
        var log = OpenLossy();
        foreach (var one in new[] { One, Two, Three })
        {
            _network.Lose(2);
            await log.AppendAsync(Call, [one], default);
        }

        Assert.Equal(6, _network.Lost);
        Assert.Equal([One, Two, Three], await Open().ReadAsync(Call, default));
    }

    [NeedsAzuriteFact]
    public async Task An_append_of_unknown_outcome_is_not_written_twice_when_it_is_repeated()
    {
        var log = OpenLossy();
        await log.AppendAsync(Call, [One], default);
        _network.Lose(3); // all tries
        await Assert.ThrowsAsync<CallLogUnavailableException>(() => log.AppendAsync(Call, [Two], default));
        await Open().AppendAsync(Call, [Three], default); // another process meanwhile
        await log.AppendAsync(Call, [Three], default); // and this one, something else
        await log.AppendAsync(Call, [Two], default);
        await log.AppendAsync(Call, [Two], default); // a new fact, for the outcome of the last one is known
        Assert.Equal([One, Two, Three, Three, Two], await Open().ReadAsync(Call, default));
    }

    [NeedsAzuriteFact]
    public async Task An_append_that_never_arrived_is_written_once_when_it_is_repeated()
    {
        var outage = new Outage();
        var log = new BlobCallLog(azurite.Open(_address, outage));
        await log.AppendAsync(Call, [One], default);
        outage.On = true;
        await Assert.ThrowsAsync<CallLogUnavailableException>(() => log.AppendAsync(Call, [Two], default));
        await Open().AppendAsync(Call, [Three], default);
        outage.On = false;
        await log.AppendAsync(Call, [Two], default);
        Assert.Equal([One, Three, Two], await Open().ReadAsync(Call, default));
    }

    [NeedsAzuriteFact]
    public async Task On_a_bad_network_every_line_is_written_once_and_in_order()
    {
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            var log = new BlobCallLog(azurite.Open(_address, new BadNetwork(writer)));
            for (var i = 0; i < 10; i++)
            {
                while (!await TryAsync(log, new CallerSaid($"{writer}:{i}") { At = At }))
                {
                    // The same again, as the relay's journal does.
                }
            }
        }));
        await Task.WhenAll(writers);
        var said = (await Open().ReadAsync(Call, default)).Cast<CallerSaid>().Select(one => one.Text).ToList();
        Assert.Equal(Enumerable.Range(0, 4).SelectMany(writer => Enumerable.Range(0, 10).Select(i => $"{writer}:{i}")), said.OrderBy(text => text[0]));

        static async Task<bool> TryAsync(BlobCallLog log, CallEvent one)
        {
            try
            {
                await log.AppendAsync(Call, [one], default);
                return true;
            }
            catch (CallLogUnavailableException)
            {
                return false;
            }
        }
    }

    [NeedsAzuriteFact]
    public async Task An_append_whose_place_was_taken_by_the_same_words_is_still_written()
    {
        var (one, other) = (Open(), Open());
        await one.AppendAsync(Call, [One], default);
        await other.ReadAsync(Call, default);
        await one.AppendAsync(Call, [Two], default);
        await other.AppendAsync(Call, [Two], default);
        Assert.Equal([One, Two, Two], await Open().ReadAsync(Call, default));
    }

    [NeedsAzuriteFact]
    public async Task An_append_of_unknown_outcome_is_dropped_when_the_call_was_removed_meanwhile()
    {
        var log = OpenLossy();
        await log.AppendAsync(Call, [One], default);
        _network.Lose(3); // all tries
        await Assert.ThrowsAsync<CallLogUnavailableException>(() => log.AppendAsync(Call, [Two], default));
        Assert.True(await Open().RemoveAsync(Call, At, default));
        await log.AppendAsync(Call, [Two], default);
        await log.AppendAsync(Call, [Three], default);
        Assert.Equal([new CallRemoved { At = At }], await log.ReadAsync(Call, default));
    }

    [NeedsAzuriteFact]
    public async Task A_removal_that_broke_off_is_completed_when_it_is_asked_for_again()
    {
        for (var reached = 0; ; reached++)
        {
            var call = CallSid.Parse($"CA{reached + 1:x32}");
            await Open().AppendAsync(call, [new CallReceived("outbound-api", "", "", "default", new string('a', 64)) { At = At }], default);
            await Open().TryClaimAsync(call, Nonce, "owner", default);
            await KeepAsync("outbound/" + new string('a', 64));
            var outage = new Outage { OnAfter = reached };
            var first = await TryRemoveAsync(new BlobCallLog(azurite.Open(_address, outage)), call);
            Assert.Equal(first != true, await Open().RemoveAsync(call, At, default));
            Assert.Equal(reached + 1, (await KeptAsync()).Count()); // what is left of each
            if (first == true)
            {
                Assert.InRange(reached, 7, 20);
                return;
            }
        }

        static async Task<bool?> TryRemoveAsync(BlobCallLog log, CallSid call)
        {
            try
            {
                return await log.RemoveAsync(call, At, default);
            }
            catch (CallLogUnavailableException)
            {
                return null;
            }
        }
    }

    [NeedsAzuriteFact]
    public async Task A_blob_that_the_store_deleted_with_age_begins_anew()
    {
        var log = Open();
        await log.AppendAsync(Call, [One], default);
        Assert.Equal(BlobOutcome.Done, await azurite.Open(_address).DeleteAsync("calls/" + Call, default));
        Assert.Equal(BlobOutcome.Missing, await azurite.Open(_address).DeleteAsync("calls/" + Call, default));
        await log.AppendAsync(Call, [Two], default);
        Assert.Equal([Two], await log.ReadAsync(Call, default));
    }

    [NeedsAzuriteFact]
    public async Task A_claim_whose_answer_was_lost_is_not_a_loss()
    {
        var network = new LostAnswers(_ => true);
        var log = new BlobCallLog(azurite.Open(_address, network));
        network.Lose(2);
        Assert.True(await log.TryClaimAsync(Call, Nonce, "owner", default));
        Assert.Equal(2, network.Lost);
    }

    [NeedsAzuriteFact]
    public async Task Giving_up_is_no_failure_of_the_store()
    {
        using var given = new CancellationTokenSource();
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Open().AppendAsync(Call, [One], given.Token));
    }

    [NeedsAzuriteFact]
    public async Task A_container_that_does_not_exist_is_not_an_unknown_call()
    {
        var refused = await Assert.ThrowsAsync<CallLogUnavailableException>(() => new BlobCallLog(azurite.Open(new Uri(_address + "no"))).ReadAsync(Call, default));
        Assert.Contains("404 ContainerNotFound", refused.Message, StringComparison.Ordinal);
        Assert.Contains("has to name a container that exists", refused.Message, StringComparison.Ordinal);
    }

    [NeedsAzuriteFact]
    public async Task Over_http_no_credentials_are_sent_and_a_refusal_says_so()
    {
        var refused = await Assert.ThrowsAsync<CallLogUnavailableException>(() => CallLogs.Open(_address.AbsoluteUri, TimeProvider.System).AppendAsync(Call, [One], default));
        Assert.Contains("no credentials are sent", refused.Message, StringComparison.Ordinal);
    }

    protected override ICallLog Open() => new BlobCallLog(azurite.Open(_address));

    protected override ICallLog OpenAway() => new BlobCallLog(new BlobContainer(Nowhere.Container, TimeProvider.System));

    protected override async Task<IEnumerable<string>> KeptAsync()
    {
        var names = new List<string>();
        await foreach (var name in azurite.Open(_address).ListAsync(""))
        {
            names.Add(name);
        }

        return names;
    }

    protected override Task KeepAsync(string name) => azurite.Open(_address).CreateAsync(name, default, "tests", default);

    private BlobCallLog OpenLossy() => new(azurite.Open(_address, _network));
}
