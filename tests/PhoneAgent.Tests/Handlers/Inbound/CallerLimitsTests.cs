using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Documents;
using PhoneAgent.Handlers.Inbound;

namespace PhoneAgent.Tests.Handlers.Inbound;

public sealed class CallerLimitsTests
{
    private const string Incoming = "/api/voice/incoming";
    private const string Busy = "<Response><Reject reason=\"busy\" /></Response>";

    [Fact]
    public async Task One_call_more_than_allowed_hears_the_busy_tone_and_leaves_no_record()
    {
        await using var host = await HandlerHost.StartAsync();
        Assert.Equal(["Connect", "Connect", "Connect", "Reject"], await AskAsync(host, 1, 2, 3, 4));
        Assert.Empty(await host.CallLog.ReadAsync(Call(4), default));
        Assert.Contains("Inbound call rejected: TooManyCalls", host.Logged, StringComparison.Ordinal);
        Assert.Equal("Connect", Verb(await host.AskAsync(Incoming, Sid(4), ("From", "+14155550101"))));
    }

    [Fact]
    public async Task A_repeated_webhook_counts_once()
    {
        await using var host = await HandlerHost.StartAsync(new() { ["Inbound:MaxConcurrentPerCaller"] = "1" });
        Assert.Equal(["Connect", "Connect", "Connect", "Reject"], await AskAsync(host, 1, 1, 1, 2));
    }

    [Theory]
    [InlineData("/api/voice/status", "completed")]
    [InlineData("/api/voice/status", "failed")]
    [InlineData("/api/voice/stream-ended", "completed")]
    public async Task The_end_of_a_call_makes_room_for_the_next(string path, string status)
    {
        await using var host = await HandlerHost.StartAsync(new() { ["Inbound:MaxConcurrentPerCaller"] = "1" });
        Assert.Equal(["Connect", "Reject"], await AskAsync(host, 1, 2));
        using var goOn = await host.PostAsync(path, HandlerHost.Fields(Sid(1), ("CallStatus", "in-progress"), ("SequenceNumber", "1")));
        Assert.Equal(["Reject"], await AskAsync(host, 2));
        using var over = await host.PostAsync(path, HandlerHost.Fields(Sid(1), ("CallStatus", status), ("SequenceNumber", "2")));
        Assert.Empty((await host.Documents.ReadAsync(LiveCalls.Document(PhoneNumber.Digest("+14155550100")), LiveCallsJson.Default.LiveCalls, default))!.Calls);
        Assert.Equal(["Connect"], await AskAsync(host, 2));
    }

    [Fact]
    public async Task A_call_whose_log_says_that_it_ended_makes_room_without_any_callback()
    {
        await using var host = await HandlerHost.StartAsync(new() { ["Inbound:MaxConcurrentPerCaller"] = "1" });
        Assert.Equal(["Connect", "Reject"], await AskAsync(host, 1, 2));
        var nonce = CallRecord.From(Call(1), await host.CallLog.ReadAsync(Call(1), default)).NewestOffered!.Offer!.Nonce;
        await host.CallLog.AppendAsync(
            Call(1),
            [
                new StreamStarted(1, "MZ1") { At = CallStory.T0, Relay = new RelayStamp(nonce, 1) },
                new StreamEnded(EndReason.CallerHungUp, null, new StreamFigures()) { At = CallStory.T0, Relay = new RelayStamp(nonce, 2) },
            ],
            default);
        Assert.Equal(["Connect", "Reject"], await AskAsync(host, 2, 3));
    }

    [Fact]
    public async Task A_call_of_which_nothing_is_heard_any_more_counts_no_longer_than_a_call_may_last()
    {
        await using var host = await HandlerHost.StartAsync(new() { ["Inbound:MaxConcurrentPerCaller"] = "1", ["Relay:MaxCallMinutes"] = "10" });
        Assert.Equal(["Connect", "Reject"], await AskAsync(host, 1, 2));
        host.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Equal(["Reject"], await AskAsync(host, 2));
        host.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["Connect"], await AskAsync(host, 2));
    }

    [Fact]
    public async Task A_call_that_was_counted_but_never_logged_counts_for_a_minute()
    {
        await using var host = await HandlerHost.StartAsync(new() { ["Inbound:MaxConcurrentPerCaller"] = "1" });
        var caller = PhoneNumber.Digest("+14155550100");
        await host.Documents.ChangeAsync(
            LiveCalls.Document(caller), LiveCallsJson.Default.LiveCalls, _ => (new LiveCalls([new LiveCall(caller, Call(9), CallStory.T0)]), true), default);
        Assert.Equal(["Reject"], await AskAsync(host, 1));
        host.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(["Connect"], await AskAsync(host, 1));
    }

    [Fact]
    public async Task Of_ten_calls_at_once_as_many_come_in_as_allowed()
    {
        await using var host = await HandlerHost.StartAsync();
        var verbs = await Task.WhenAll(Enumerable.Range(1, 10).Select(async i => Verb(await host.AskAsync(Incoming, Sid(i)))));
        Assert.Equal(3, verbs.Count(verb => verb == "Connect"));
        Assert.Equal(7, verbs.Count(verb => verb == "Reject"));
    }

    [Fact]
    public async Task Callers_who_withhold_their_number_count_as_one()
    {
        await using var host = await HandlerHost.StartAsync();
        var verbs = new List<string>();
        foreach (var (from, i) in new[] { "anonymous", "+266696687", null, "Restricted" }.Select((from, i) => (from, i)))
        {
            verbs.Add(Verb(await host.AskAsync(Incoming, Sid(i + 1), ("From", from))));
        }

        Assert.Equal(["Connect", "Connect", "Connect", "Reject"], verbs);
    }

    [Fact]
    public async Task Outbound_calls_do_not_count_for_the_number_they_come_from()
    {
        await using var host = await HandlerHost.StartAsync(new() { ["Inbound:MaxConcurrentPerCaller"] = "1", ["Inbound:BlockedPrefixes:0"] = "+1415555" });
        Assert.Equal("Connect", Verb(await host.AskAsync(Incoming, Sid(1), ("Direction", "outbound-api"))));
        Assert.Equal("Connect", Verb(await host.AskAsync(Incoming, Sid(2), ("Direction", "outbound-api"))));
    }

    [Fact]
    public async Task A_blocked_number_is_rejected_before_the_store_is_asked()
    {
        await using var host = await HandlerHost.StartAsync(
            new() { ["Inbound:BlockedPrefixes:0"] = "+1900", ["Inbound:BlockedPrefixes:1"] = "+14155550100" },
            services => services.AddSingleton<ICallLog>(new BrokenCallLog()));
        Assert.Equal("<Response><Reject /></Response>", Text(await host.AskAsync(Incoming, ("CallStatus", "ringing"))));
        Assert.Contains("Inbound call rejected: Blocked", host.Logged, StringComparison.Ordinal);
        Assert.DoesNotContain("unavailable", host.Logged, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("+14155550100", "completed")]
    [InlineData("+14155550100", "no-answer")]
    [InlineData("+1900", "busy")]
    [InlineData("+1900", "no-answer")]
    public async Task A_rejected_call_leaves_no_record_even_when_its_end_is_told(string blocked, string status)
    {
        await using var host = await HandlerHost.StartAsync(new() { ["Inbound:BlockedPrefixes:0"] = blocked });
        using var over = await host.PostAsync("/api/voice/status", HandlerHost.Fields(("CallStatus", status), ("SequenceNumber", "0")));
        Assert.Empty(await host.CallLog.ReadAsync(CallStory.Call, default));
    }

    [Fact]
    public async Task A_call_whose_prefix_is_blocked_while_it_runs_is_followed_to_its_end()
    {
        await using var host = await HandlerHost.StartAsync();
        await host.AskAsync(Incoming);
        host.Configuration["Inbound:BlockedPrefixes:0"] = "+1415";
        using var over = await host.PostAsync("/api/voice/status", HandlerHost.Fields(("CallStatus", "completed"), ("SequenceNumber", "0")));
        Assert.Equal("completed", (await host.RecordAsync()).Status);
    }

    [Fact]
    public async Task The_live_calls_hold_no_number()
    {
        await using var host = await HandlerHost.StartAsync();
        await AskAsync(host, 1);
        var document = await host.Documents.ReadAsync(LiveCalls.Document(PhoneNumber.Digest("+14155550100")), default);
        var text = System.Text.Encoding.UTF8.GetString(document!.Content.Span);
        Assert.Contains(Call(1).Value, text, StringComparison.Ordinal);
        Assert.DoesNotContain("4155550100", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_at_the_limit_hears_busy_while_a_store_that_is_away_means_an_apology()
    {
        await using var host = await HandlerHost.StartAsync(new() { ["PhoneAgent:ApologyMessage"] = "Sorry." }, services => services.AddSingleton<IDocumentStore>(new NoDocuments()));
        Assert.Equal("<Response><Say>Sorry.</Say><Hangup /></Response>", Text(await host.AskAsync(Incoming)));
        using var over = await host.PostAsync("/api/voice/status", HandlerHost.Fields(("CallStatus", "completed"), ("SequenceNumber", "1")));
        Assert.Equal(System.Net.HttpStatusCode.NoContent, over.StatusCode);
        Assert.Equal("completed", (await host.RecordAsync()).Status);
    }

    [Fact]
    public void Ended_and_expired_calls_leave_the_document_with_the_next_change()
    {
        LiveCall Live(int i, int minute) => new("aa", Call(i), CallStory.T0.AddMinutes(minute));
        var present = new LiveCalls([Live(1, 0), Live(2, 30), Live(3, 31)]);
        var next = LiveCalls.Admit(present, Live(4, 60), [Call(3)], most: 9, TimeSpan.FromMinutes(60)).Next!;
        Assert.Equal([Call(2), Call(4)], next.Calls.Select(one => one.CallSid));
        Assert.Empty(LiveCalls.Release(new LiveCalls([Live(1, 0)]), Call(1)).Next!.Calls);
        Assert.Null(LiveCalls.Release(next, Call(9)).Next);
    }

    private static async Task<IReadOnlyList<string>> AskAsync(HandlerHost host, params int[] calls)
    {
        var verbs = new List<string>();
        foreach (var call in calls)
        {
            var answer = await host.AskAsync(Incoming, Sid(call), ("CallStatus", "ringing"));
            verbs.Add(Verb(answer));
            Assert.True(verbs[^1] != "Reject" || Text(answer) == Busy);
        }

        return verbs;
    }

    private static CallSid Call(int i) => CallSid.Parse($"CA{i:x32}");

    private static (string, string?) Sid(int i) => ("CallSid", Call(i).Value);

    private static string Verb(XElement response) => response.Elements().First().Name.LocalName;

    private static string Text(XElement response) => response.ToString(SaveOptions.DisableFormatting);

    private sealed class NoDocuments : IDocumentStore
    {
        public Task<bool> TryCreateAsync(DocumentName name, ReadOnlyMemory<byte> content, CancellationToken cancellation) => throw Away();

        public Task<StoredDocument?> ReadAsync(DocumentName name, CancellationToken cancellation) => throw Away();

        public Task<bool> TryReplaceAsync(DocumentName name, ReadOnlyMemory<byte> content, string version, CancellationToken cancellation) => throw Away();

        private static CallLogUnavailableException Away() => new("seeded-internal-detail");
    }
}
