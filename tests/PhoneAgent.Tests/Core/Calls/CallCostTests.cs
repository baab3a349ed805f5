using System.Text.Json;
using PhoneAgent.Core.Calls;
using static PhoneAgent.Tests.Core.Calls.LoggedEvents;

namespace PhoneAgent.Tests.Core.Calls;

/// <summary>What a call's record says that it cost, from events that were written and read again.</summary>
public sealed class CallCostTests
{
    [Fact]
    public void The_cost_is_that_of_every_streams_tokens_and_unknown_when_one_models_price_is()
    {
        var tokens = new TokenUsage(AudioIn: 1_000_000, TextIn: 2_000_000, AudioOut: 100_000, TextOut: 10_000);
        Assert.Equal(3m + 1.5m + 1.2m + 0.045m, Cost("gemini-3.8-live", tokens));
        Assert.Equal(2 * 5.745m, Cost("gemini-3.8-live", tokens, ("gemini-3.8-live", tokens)));
        Assert.Null(Cost("gemini-3.8-live", tokens, ("gemini-of-tomorrow", tokens)));
        Assert.Null(Cost("gemini-3.8-live", default));
        Assert.Equal(0, CallRecord.From(Call, [Offered(1, First, 0), Started(1, First, 1, 1)]).EstimatedCostUsd);

        static decimal? Cost(string model, TokenUsage tokens, (string Model, TokenUsage Tokens)? second = null)
        {
            var figures = new StreamFigures { TotalTokens = 1, Tokens = tokens };
            CallEvent[] first = [Offered(1, First, 0), Started(1, First, 1, 1) with { Model = model }, Ended(First, 2, 9, EndReason.StreamLost, figures)];
            CallEvent[] more = second is { } other
                ? [Offered(2, Second, 0), Started(2, Second, 1, 1) with { Model = other.Model }, Ended(Second, 2, 9, EndReason.AgentHungUp, figures with { Tokens = other.Tokens })]
                : [];
            return CallRecord.From(Call, CallEventLines.Read(CallEventLines.Write([.. first, .. more]), out _)).EstimatedCostUsd;
        }
    }

    [Fact]
    public void The_notes_of_a_long_call_cost_too_by_the_price_of_their_day()
    {
        var tokens = new TokenUsage(AudioIn: 0, TextIn: 2_000_000, AudioOut: 0, TextOut: 100_000);
        Assert.Equal(1.5m + 0.375m, Cost(new() { NoteTokens = tokens, NoteModel = "gemini-3.6-flash" }));
        Assert.Equal(3m + 1.5m + 0.375m, Cost(new() { TotalTokens = 1, Tokens = new(1_000_000, 0, 0, 0), NoteTokens = tokens, NoteModel = "gemini-3.6-flash" }));
        Assert.Equal(3m + 0.75m, Cost(new() { NoteTokens = tokens, NoteModel = "gemini-3.6-flash" }, new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Null(Cost(new() { TotalTokens = 1, Tokens = new(1_000_000, 0, 0, 0), NoteTokens = tokens, NoteModel = "gemini-of-tomorrow" }));
        Assert.Null(Cost(new() { NoteTokens = tokens }));

        var both = CallRecord.From(Call, [
            Offered(1, First, 0), Started(1, First, 1, 1), Ended(First, 2, 9, EndReason.StreamLost, new() { NoteTokens = tokens, NoteModel = "gemini-3.6-flash" }),
            Offered(2, Second, 10), Started(2, Second, 1, 11), Ended(Second, 2, 19, EndReason.AgentHungUp, new() { NoteTokens = tokens }),
        ]);
        Assert.Equal((tokens + tokens, "gemini-3.6-flash"), (both.Figures.NoteTokens, both.Figures.NoteModel));

        static decimal? Cost(StreamFigures figures, DateTimeOffset? endedAt = null)
        {
            CallEvent[] events = [Offered(1, First, 0), Started(1, First, 1, 1) with { Model = "gemini-3.8-live" }, Ended(First, 2, 9, EndReason.AgentHungUp, figures) with { At = endedAt ?? At(9) }];
            return CallRecord.From(Call, CallEventLines.Read(CallEventLines.Write(events), out _)).EstimatedCostUsd;
        }
    }

    [Fact]
    public void The_summary_costs_too_by_the_price_of_its_day_and_one_from_before_it_was_counted_is_read()
    {
        var summary = new CallSummary("Asked for the hours.", [], [], CallerSentiment.Neutral, []);
        var tokens = new TokenUsage(AudioIn: 0, TextIn: 2_000_000, AudioOut: 0, TextOut: 100_000);
        Assert.Equal(3m + 1.5m + 0.375m, Record(new CallSummarized(summary, "gemini-3.6-flash", tokens) { At = At(20) }).EstimatedCostUsd);
        Assert.Equal(3m + 3m + 0.75m, Record(new CallSummarized(summary, "gemini-3.6-flash", tokens) { At = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero) }).EstimatedCostUsd);
        Assert.Null(Record(new CallSummarized(summary, "gemini-of-tomorrow", tokens) { At = At(20) }).EstimatedCostUsd);

        var useless = Record(new CallSummarized(null, "gemini-3.6-flash", tokens) { At = At(20) });
        Assert.Equal((null, new SummaryUsage(At(20), "gemini-3.6-flash", tokens), 3m + 1.5m + 0.375m), (useless.Summary, useless.SummaryUsage, useless.EstimatedCostUsd));

        var old = CallRecord.From(Call, CallEventLines.Read("""{"event":"summarized","at":"2026-11-20T12:00:20+00:00","summary":{"outcome":"Asked.","topics":[],"promises":[],"sentiment":"Neutral","followUps":[]}}"""u8, out var skipped));
        Assert.Equal(("Asked.", null, 0m, 0), (old.Summary?.Outcome, old.SummaryUsage, old.EstimatedCostUsd, skipped));

        using var seen = JsonDocument.Parse(JsonSerializer.Serialize(useless, CallRecordJson.Default.CallRecord));
        Assert.Equal(2_000_000, seen.RootElement.GetProperty("summaryUsage").GetProperty("tokens").GetProperty("textIn").GetInt32());

        static CallRecord Record(CallSummarized summarized) => CallRecord.From(Call, CallEventLines.Read(
            CallEventLines.Write(
            [
                Offered(1, First, 0), Started(1, First, 1, 1) with { Model = "gemini-3.8-live" },
                Ended(First, 2, 9, EndReason.AgentHungUp, new() { TotalTokens = 1, Tokens = new(1_000_000, 0, 0, 0) }), summarized,
            ]),
            out _));
    }
}
