using PhoneAgent.Core.Calls;
using PhoneAgent.Tests.Core.Storage;

namespace PhoneAgent.Tests.Core.Calls;

public sealed class FileCallLogTests : CallLogContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("call-log-").FullName;

    private string CallFile => Path.Combine(_folder, "calls", Call.Value);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Each_event_is_a_line_of_json()
    {
        await Open().AppendAsync(Call, [new CallReceived("inbound", "+14155550100", "+14155550199", "default") { At = At }, new HandedOver { At = At }], default);
        Assert.Equal(2, File.ReadAllLines(CallFile).Length);
        Assert.StartsWith("""{"event":"received","at":"2026-11-20T23:59:59+00:00","direction":"inbound",""", File.ReadAllText(CallFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_may_make_the_folder_while_the_first_lines_come()
    {
        for (var round = 0; round < 500; round++)
        {
            var fresh = Path.Combine(_folder, $"fresh {round}");
            var log = new FileCallLog(fresh, TimeProvider.System);
            using var together = new Barrier(2);
            var other = new Thread(() =>
            {
                together.SignalAndWait();
                Thread.SpinWait(round); // so that it comes before, between and after what the log does
                Directory.CreateDirectory(Path.Combine(fresh, "calls"));
            });
            other.Start();
            together.SignalAndWait();

            await log.AppendAsync(Call, [new CallerSaid("Hello.") { At = At }], default);

            other.Join();
        }
    }

    [Fact]
    public async Task A_torn_last_line_costs_nothing_but_itself()
    {
        await Open().AppendAsync(Call, [new CallerSaid("one") { At = At }, new CallerSaid("two") { At = At }], default);
        using (var file = File.OpenWrite(CallFile))
        {
            file.SetLength(file.Length - 7);
        }

        Assert.Equal([new CallerSaid("one") { At = At }], await Open().ReadAsync(Call, default));
        await Open().AppendAsync(Call, [new CallerSaid("three") { At = At }], default);
        Assert.Equal([new CallerSaid("one") { At = At }, new CallerSaid("three") { At = At }], await Open().ReadAsync(Call, default));
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
    public async Task The_address_names_a_folder()
    {
        foreach (var address in new[] { "file:" + _folder, new Uri(_folder).AbsoluteUri })
        {
            var log = CallLogs.Open(address, TimeProvider.System);
            await log.AppendAsync(Call, [new HandedOver { At = At }], default);
        }

        Assert.Equal(2, (await Open().ReadAsync(Call, default)).Count);
    }

    [Fact]
    public async Task A_folder_that_goes_missing_is_made_again()
    {
        var log = Open();
        await log.AppendAsync(Call, [new HandedOver { At = At }], default);
        Directory.Delete(Path.Combine(_folder, "calls"), recursive: true);

        await log.AppendAsync(Call, [new HandedOver { At = At }], default);

        Assert.Single(await log.ReadAsync(Call, default));
    }

    [Theory]
    [InlineData("https://account.blob.core.windows.net/calls?sig=SECRET", "must not contain a query")]
    [InlineData("https://SECRET:SECRET@account.blob.core.windows.net/calls", "must not contain a user")]
    [InlineData("http://account.blob.core.windows.net/calls", "must be https")]
    [InlineData("https://account.blob.core.windows.net", "must name a container")]
    [InlineData("https://account.blob.core.windows.net/calls/2026", "must name a container")]
    [InlineData("https://account.blob.core.windows.net/Calls", "must name a container")]
    [InlineData("https://account.blob.core.windows.net/a--b", "must name a container")]
    [InlineData("http://127.0.0.1:10000/calls", "must name a container")]
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

    [Theory]
    [InlineData("https://account.blob.core.windows.net/calls")]
    [InlineData("https://account.blob.core.windows.net/calls/")]
    [InlineData("http://127.0.0.1:10000/account/calls")]
    [InlineData("http://localhost:10000/account/calls")]
    public void The_address_of_a_container_opens_blob_storage(string address) => Assert.IsType<BlobCallLog>(CallLogs.Open(address, TimeProvider.System));

    protected override ICallLog Open() => new FileCallLog(_folder, TimeProvider.System);

    protected override ICallLog OpenAway()
    {
        Directory.CreateDirectory(CallFile);
        File.WriteAllText(Path.Combine(_folder, "claims"), "in the way");
        File.WriteAllText(Path.Combine(_folder, "days"), "in the way");
        return Open();
    }

    protected override Task<IEnumerable<string>> KeptAsync() => Task.FromResult(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(_folder, path).Replace('\\', '/'))
        .Where(name => !name.EndsWith(".lock", StringComparison.Ordinal)));

    protected override Task KeepAsync(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, name))!);
        return File.WriteAllTextAsync(Path.Combine(_folder, name), "{}");
    }
}
