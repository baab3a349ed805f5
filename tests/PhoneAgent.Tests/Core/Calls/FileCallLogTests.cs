using PhoneAgent.Core.Calls;

namespace PhoneAgent.Tests.Core.Calls;

public sealed class FileCallLogTests : IDisposable
{
    private const string Nonce = "00112233445566778899aabbccddeeff";
    private static readonly CallSid Call = CallSid.Parse("CA0123456789abcdef0123456789abcdef");
    private static readonly DateTimeOffset At = new(2026, 11, 20, 23, 59, 59, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("call-log-").FullName;

    private FileCallLog Log => new(_folder, TimeProvider.System);

    private string CallFile => Path.Combine(_folder, "calls", Call.Value);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_appended_is_read_again_in_order()
    {
        CallEvent[] events =
        [
            new CallReceived("inbound", "+14155550100", "+14155550199", "default") { At = At },
            new StreamOffered(1, Nonce, At, "default") { At = At },
            new StreamStarted(1, "MZ1") { At = At, Relay = new RelayStamp(Nonce, 1) },
            new AgentSaid("Hello, \"you\" ☎\n", "Hello", 1200, 800) { At = At, Relay = new RelayStamp(Nonce, 2) },
            new StreamEnded(EndReason.AgentHungUp, null, new StreamFigures { AgentMs = 1200 }) { At = At, Relay = new RelayStamp(Nonce, 3) },
        ];
        await Log.AppendAsync(Call, events[..2], default);
        await Log.AppendAsync(Call, [], default);
        await Log.AppendAsync(Call, events[2..], default);
        Assert.Equal(events, await Log.ReadAsync(Call, default));
        Assert.Equal(5, File.ReadAllLines(CallFile).Length);
        Assert.StartsWith("""{"event":"received","at":"2026-11-20T23:59:59+00:00","direction":"inbound",""", File.ReadAllText(CallFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_call_has_no_events() => Assert.Empty(await Log.ReadAsync(Call, default));

    [Fact]
    public async Task A_call_is_listed_under_the_day_it_began_on()
    {
        await Log.AppendAsync(Call, [new HandedOver { At = At }, new HandedOver { At = At.AddSeconds(1) }], default);
        await Log.AppendAsync(Call, [new HandedOver { At = At.AddDays(1) }], default);
        Assert.Equal([Path.Combine(_folder, "days", "2026-11-20", Call.Value)], Directory.GetFiles(Path.Combine(_folder, "days"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_torn_last_line_costs_nothing_but_itself()
    {
        await Log.AppendAsync(Call, [new CallerSaid("one") { At = At }, new CallerSaid("two") { At = At }], default);
        using (var file = File.OpenWrite(CallFile))
        {
            file.SetLength(file.Length - 7);
        }

        Assert.Equal([new CallerSaid("one") { At = At }], await Log.ReadAsync(Call, default));
        await Log.AppendAsync(Call, [new CallerSaid("three") { At = At }], default);
        Assert.Equal([new CallerSaid("one") { At = At }, new CallerSaid("three") { At = At }], await Log.ReadAsync(Call, default));
    }

    [Fact]
    public void Unknown_events_and_fields_and_rubbish_are_passed_over_and_counted()
    {
        var lines = """
            {"event":"callerSaid","at":"2026-11-20T23:59:59+00:00","text":"one","mood":{"deep":[1]}}
            {"event":"teleported","at":"2026-11-20T23:59:59+00:00"}
            {"at":"2026-11-20T23:59:59+00:00","text":"two","event":"callerSaid"}
            {"event":"callerSaid","text":"no time"}
            {"event":"callerSaid","at":"2026-11-20T23:59:59+00:00"}
            {"event":"ended","at":"2026-11-20T23:59:59+00:00","reason":"Abducted","figures":{}}
            null
            []
            rubbish
            """u8;
        var events = CallEventLines.Read(lines, out var skipped);
        Assert.Equal([new CallerSaid("one") { At = At }, new CallerSaid("two") { At = At }], events);
        Assert.Equal(7, skipped);
    }

    [Fact]
    public async Task Appends_at_the_same_time_lose_and_mix_nothing()
    {
        var writers = Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            var log = Log; // its own, as another process would have
            for (var i = 0; i < 25; i++)
            {
                await log.AppendAsync(Call, [new CallerSaid($"{writer}:{i}:{new string('x', 500)}") { At = At }, new CallerSaid($"{writer}:{i}") { At = At }], default);
                await log.ReadAsync(Call, default);
            }
        }));
        await Task.WhenAll(writers);
        var said = (await Log.ReadAsync(Call, default)).OfType<CallerSaid>().Select(one => one.Text).ToList();
        Assert.Equal(400, said.Count);
        Assert.Equal(400, said.Distinct().Count());
        Assert.Equal(400, File.ReadAllLines(CallFile).Length);
    }

    [Fact]
    public async Task A_ticket_is_claimed_by_exactly_one_of_many_and_by_the_same_again()
    {
        var owners = Enumerable.Range(0, 32).Select(i => $"owner-{i}").ToList();
        var claims = await Task.WhenAll(owners.Select(owner => Task.Run(() => Log.TryClaimAsync(Call, Nonce, owner, default))));
        Assert.Single(claims, claimed => claimed);
        var winner = owners[Array.IndexOf(claims, true)];
        Assert.True(await Log.TryClaimAsync(Call, Nonce, winner, default));
        Assert.False(await Log.TryClaimAsync(Call, Nonce, "late", default));
        Assert.True(await Log.TryClaimAsync(Call, Nonce.Replace('0', '1'), "late", default));
    }

    [Theory]
    [InlineData("../../../../etc/passwd-0000000000")]
    [InlineData("00112233445566778899AABBCCDDEEFF")]
    [InlineData("")]
    public async Task A_nonce_that_is_none_never_becomes_a_file_name(string nonce)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Log.TryClaimAsync(Call, nonce, "owner", default));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_used_is_an_unavailable_log()
    {
        Directory.CreateDirectory(CallFile);
        await File.WriteAllTextAsync(_folder + "/claims", "in the way");
        await Assert.ThrowsAsync<CallLogUnavailableException>(() => Log.AppendAsync(Call, [new HandedOver { At = At }], default));
        await Assert.ThrowsAsync<CallLogUnavailableException>(() => Log.ReadAsync(Call, default));
        await Assert.ThrowsAsync<CallLogUnavailableException>(() => Log.TryClaimAsync(Call, Nonce, "owner", default));
    }

    [Fact]
    public async Task The_address_names_a_folder()
    {
        foreach (var address in new[] { "file:" + _folder, new Uri(_folder).AbsoluteUri })
        {
            var log = CallLogs.Open(address, TimeProvider.System);
            await log.AppendAsync(Call, [new HandedOver { At = At }], default);
        }

        Assert.Equal(2, (await Log.ReadAsync(Call, default)).Count);
    }

    [Theory]
    [InlineData("https://account.blob.core.windows.net/calls?sig=SECRET", "not available yet")]
    [InlineData("file:", "file:./calls")]
    [InlineData("file://server/share", "file:./calls")]
    [InlineData("./calls", "file:./calls")]
    [InlineData("", "file:./calls")]
    public void Any_other_address_is_refused_without_repeating_it(string address, string expected)
    {
        var refused = Assert.Throws<ArgumentException>(() => CallLogs.Open(address, TimeProvider.System));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", refused.Message, StringComparison.Ordinal);
    }
}
