using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Handlers.Closing;
using PhoneAgent.TestKit;
using PhoneAgent.Tests.Handlers.Adversarial;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.Tests.Measurements;

/// <summary>What a call leaves at the collector.</summary>
[Collection(AloneCollection.Name)]
public sealed class CallTelemetryTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_call_is_measured()
    {
        using var exported = new Exported();
        var duringTheCall = HoldInterruptedCall(exported);

        Assert.Contains("phoneagent.calls.active: 1", duringTheCall);
        Assert.Contains("phoneagent.calls.active: 0", exported.Metrics());
        Assert.Contains("phoneagent.streams.ended{reason=CallerHungUp}: 1", exported.Metrics());
        Assert.Contains("phoneagent.tokens{kind=Unknown}: 120", exported.Metrics());
        Assert.Contains("phoneagent.messages.skipped: 1", exported.Metrics());
        Assert.Equal((1, 10.0), Rounded(exported.Histogram("phoneagent.stream.duration")));
        Assert.Equal((1, 0), Rounded(exported.Histogram("phoneagent.interruption.latency")));

        Assert.Equal((2, 0), Rounded(exported.Histogram("phoneagent.response.latency"))); // the caller never pauses

        // One sample a second; the caller's first words wait until Gemini is there.
        var caller = exported.Histogram("phoneagent.added.latency{direction=caller}");
        Assert.InRange(caller.Count, 9, 11);
        Assert.InRange(caller.Max, 0.1, 0.2);
        Assert.Equal((2, 0), Rounded(exported.Histogram("phoneagent.added.latency{direction=agent}")));
    }

    [Fact]
    public void What_the_notes_of_a_long_call_took_is_counted_with_its_tokens()
    {
        using var exported = new Exported();
        using (var meter = new PhoneAgent.MediaRelay.Calls.CallMeter(CallSid.Parse(VirtualPhone.CallSid), 1, TimeProvider.System))
        {
            meter.Observe(new StreamEnded(EndReason.CallerHungUp, null, new StreamFigures { TotalTokens = 60, Tokens = new(10, 20, 20, 10), NoteTokens = new(0, 3_000, 0, 400), NoteModel = "a-model" }) { At = TimeProvider.System.GetUtcNow() });
        }

        Assert.Equal(
            ["phoneagent.tokens{kind=AudioIn}: 10", "phoneagent.tokens{kind=AudioOut}: 20", "phoneagent.tokens{kind=TextIn}: 3020", "phoneagent.tokens{kind=TextOut}: 410"],
            exported.Metrics().Where(line => line.StartsWith("phoneagent.tokens", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_the_summary_of_a_call_took_is_counted_with_its_tokens()
    {
        using var exported = new Exported();
        var log = new MemoryCallLog();
        var call = CallSid.Parse(VirtualPhone.CallSid);
        var relay = new RelayStamp(new string('a', 32), 1);
        await log.AppendAsync(call, [new StreamStarted(1, "MZ1") { At = default, Relay = relay }, new CallerSaid("Hello") { At = default, Relay = relay with { Sequence = 2 } }, new StreamEnded(EndReason.CallerHungUp, null, new()) { At = default, Relay = relay with { Sequence = 3 } }], default);

        await new CallClosing(log, new FixedOptions<GeminiSettings>(new() { ApiKey = "key" }), TimeProvider.System, NullLogger<CallClosing>.Instance, new Summarizer()).CloseAsync(call);

        Assert.Equal(["phoneagent.tokens{kind=TextIn}: 3000", "phoneagent.tokens{kind=TextOut}: 400"], exported.Metrics().Where(line => line.StartsWith("phoneagent.tokens", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_call_is_one_trace_with_a_span_for_every_turn()
    {
        using var exported = new Exported();
        HoldInterruptedCall(exported);

        Assert.All(exported.Spans, span => Assert.Equal(VirtualPhone.CallSid[2..], span.TraceId.ToHexString()));
        var stream = Assert.Single(exported.Spans, span => span.OperationName == "stream");
        Assert.Equal(default, stream.ParentSpanId);
        Assert.Equal("CallerHungUp", stream.GetTagItem("phoneagent.end_reason"));
        Assert.Equal(ActivityStatusCode.Unset, stream.Status);
        var turns = exported.Spans.Where(span => span.OperationName == "turn").ToList();
        Assert.Equal([false, true], turns.Select(turn => turn.GetTagItem("phoneagent.interrupted")));
        Assert.All(turns, turn =>
        {
            Assert.Equal(stream.SpanId, turn.ParentSpanId);
            Assert.Equal((int)turn.GetTagItem("phoneagent.heard_ms")!, turn.Duration.TotalMilliseconds, 2 * VirtualCall.Latency.TotalMilliseconds);
            Assert.True(turn.StartTimeUtc >= stream.StartTimeUtc && turn.StartTimeUtc + turn.Duration <= stream.StartTimeUtc + stream.Duration);
        });
        Assert.Null(Activity.Current);
    }

    [Fact]
    public void Neither_words_nor_numbers_nor_tickets_are_measured()
    {
        using var exported = new Exported();
        HoldInterruptedCall(exported);

        var tags = exported.Spans.SelectMany(span => span.TagObjects).Where(tag => tag.Key != "phoneagent.call_sid").Select(tag => $"{tag.Key}={tag.Value}");
        var all = string.Join('\n', [.. exported.Metrics(), .. tags, .. exported.Spans.Select(span => span.DisplayName)]);
        Assert.DoesNotContain("secret", all, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(VirtualPhone.CallSid[2..], all, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcdef", all, StringComparison.Ordinal);
        Assert.DoesNotContain("MZ1", all, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_Gemini_marks_the_span_as_failed()
    {
        using var exported = new Exported();
        VirtualClock.Run(async time =>
        {
            using var call = new VirtualCall(time, new VirtualGemini(time, VirtualCall.Latency) { CompletesSetup = false });
            await call.Phone.StartAsync();
            var speaking = call.Phone.SpeakAsync(60 * Second);
            Assert.Equal(EndReason.GeminiUnavailable, (await call.EndAsync()).Reason);
            await speaking;
        });

        Assert.Equal(ActivityStatusCode.Error, Assert.Single(exported.Spans, span => span.OperationName == "stream").Status);
        Assert.Contains("phoneagent.streams.ended{reason=GeminiUnavailable}: 1", exported.Metrics());
    }

    [Fact]
    public void Tools_and_new_connections_are_measured_and_have_their_spans()
    {
        using var exported = new Exported();
        TestCall.Hold(Path.Combine(Checkout.Root, "media-relay", "agents"), async call =>
        {
            await call.CallerSays("Where is my order?");
            await call.ModelCalls("find_order", new { number = "4711" });
            await call.ModelCalls("find_order", new { number = "secret" });
            await call.ModelIsLost();
        }, web: _ => "secret");

        Assert.Contains("phoneagent.tool.duration{outcome=Succeeded}: 1", exported.Metrics());
        Assert.Contains("phoneagent.tool.duration{outcome=Failed}: 1", exported.Metrics());
        Assert.Contains("phoneagent.gemini.resumptions{cause=Lost}: 1", exported.Metrics());
        var stream = Assert.Single(exported.Spans, span => span.OperationName == "stream");
        Assert.Equal(["resumption", "tool", "tool"], exported.Spans.Where(span => span.ParentSpanId == stream.SpanId).Select(span => span.OperationName).Order());
        Assert.DoesNotContain(exported.Metrics(), line => line.Contains("secret", StringComparison.Ordinal) || line.Contains("4711", StringComparison.Ordinal));
    }

    private static (long Count, double Max) Rounded((long Count, double Max) histogram) => (histogram.Count, Math.Round(histogram.Max, 1));

    private static IReadOnlyList<string> HoldInterruptedCall(Exported exported)
    {
        IReadOnlyList<string> duringTheCall = [];
        VirtualClock.Run(async time =>
        {
            using var call = new VirtualCall(time);
            await call.Phone.StartAsync();
            var speaking = call.Phone.SpeakAsync(10 * Second);
            await time.Pass(Second);
            await call.Gemini.SendAsync("""{"serverContent":{"inputTranscription":{"text":"my secret"}}}""");
            await call.Gemini.SayAsync(2_000, "a secret greeting");
            await call.Gemini.CompleteTurnAsync();
            await time.Pass(3 * Second);
            await call.Gemini.SayAsync(4_000, "a secret answer that is cut");
            await time.Pass(Second);
            await call.Gemini.SendAsync("""{"serverContent":{"interrupted":true}}""");
            await call.Phone.SendAsync("garbage");
            duringTheCall = exported.Metrics();
            await speaking;
            await call.Phone.HangUpAsync();
            await call.EndAsync();
        });
        return duringTheCall;
    }

    private sealed class Summarizer : ICallSummarizer
    {
        public Task<SummaryAnswer> SummarizeAsync(SummaryTask task, CancellationToken cancellation) => Task.FromResult(new SummaryAnswer("of no use", "a-model", new TokenUsage(0, 3_000, 0, 400)));
    }
}
