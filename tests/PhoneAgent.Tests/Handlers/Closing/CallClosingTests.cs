using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Closing;

namespace PhoneAgent.Tests.Handlers.Closing;

/// <summary>What happens inside the callback with a call's final status: through the real webhook, with a model whose answers the test writes.</summary>
public sealed class CallClosingTests : ICallSummarizer
{
    private const string Good = """{"outcome":"Asked for the hours.","topics":["hours"],"promises":[],"sentiment":"neutral","followUps":[]}""";
    private const string Model = "gemini-3.6-flash";
    private const string Nonce = "0123456789abcdef0123456789abcdef";

    private static readonly TokenUsage Tokens = new(AudioIn: 0, TextIn: 3_000, AudioOut: 0, TextOut: 400);

    private readonly List<SummaryTask> _asked = [];
    private Func<CancellationToken, Task<string?>> _model = static _ => Task.FromResult<string?>(Good);

    Task<SummaryAnswer> ICallSummarizer.SummarizeAsync(SummaryTask task, CancellationToken cancellation)
    {
        lock (_asked)
        {
            _asked.Add(task);
        }

        return AnswerAsync(_model(cancellation));

        static async Task<SummaryAnswer> AnswerAsync(Task<string?> text) => new(await text, Model, Tokens);
    }

    [Fact]
    public async Task The_final_status_summarises_the_call_once_and_reports_its_figures()
    {
        await using var host = await StartAsync();
        await SpeakAsync(host, ended: true);
        await FinishAsync(host, "1");
        var record = await host.RecordAsync();
        Assert.Equal(("Asked for the hours.", new SummaryUsage(CallStory.T0, Model, Tokens)), (record.Summary?.Outcome, record.SummaryUsage));
        Assert.Contains("When are you open", Assert.Single(_asked).Transcript, StringComparison.Ordinal);
        Assert.Contains("Call over: direction= status=completed seconds=63 agent=default end=CallerHungUp streams=1 transfers=0 tools=0 turns=2 interruptions=0 responseMs=640 responseMsMax=640 tokens=1234 streamErrors=0", host.Logged, StringComparison.Ordinal);

        await FinishAsync(host, "1"); // Twilio repeats itself
        await FinishAsync(host, "2");
        Assert.Single(_asked);
        Assert.Single(await host.CallLog.ReadAsync(CallStory.Call, default), one => one is CallSummarized);
        Assert.DoesNotContain("opening", host.Logged, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Callbacks_at_the_same_time_ask_the_model_once()
    {
        await using var host = await StartAsync();
        await SpeakAsync(host, ended: true);
        await Task.WhenAll(Enumerable.Range(1, 8).Select(number => FinishAsync(host, $"{number}")));
        Assert.Single(_asked);
    }

    [Fact]
    public async Task The_relays_last_word_is_waited_for()
    {
        await using var host = await StartAsync();
        await SpeakAsync(host, ended: false);
        var finishing = FinishAsync(host, "1");
        await host.CallLog.AppendAsync(CallStory.Call, [new CallerSaid("Last words.") { At = CallStory.T0, Relay = new(Nonce, 4) }, Ended(5)], default);
        await finishing;
        Assert.Contains("Last words.", Assert.Single(_asked).Transcript, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_relay_that_never_says_its_last_word_costs_five_seconds_and_what_there_is_is_summarised()
    {
        await using var host = await StartAsync(hurry: true);
        await SpeakAsync(host, ended: false);
        await FinishAsync(host, "1");
        Assert.Single(_asked);
        Assert.Contains(" end= streams=1 ", host.Logged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_takes_more_than_ten_seconds_is_given_up_and_the_callback_answered()
    {
        await using var host = await StartAsync(hurry: true);
        var given = new TaskCompletionSource();
        _model = async cancellation =>
        {
            using var noted = cancellation.Register(given.SetResult);
            await given.Task;
            cancellation.ThrowIfCancellationRequested();
            return Good;
        };
        await SpeakAsync(host, ended: true);
        await FinishAsync(host, "1");
        Assert.True(given.Task.IsCompleted);
        Assert.Null((await host.RecordAsync()).Summary);
        Assert.Contains("No summary", host.Logged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_fails_or_talks_nonsense_leaves_no_summary_and_no_words_in_the_log_and_nonsense_is_billed()
    {
        _model = static _ => throw new InvalidOperationException("seeded-quote: When are you open?");
        await using (var host = await StartAsync())
        {
            await SpeakAsync(host, ended: true);
            await FinishAsync(host, "1");
            var record = await host.RecordAsync();
            Assert.Null(record.Summary);
            Assert.Null(record.SummaryUsage);
            Assert.Contains("InvalidOperationException", host.Logged, StringComparison.Ordinal);
            Assert.DoesNotContain("seeded-quote", host.Logged, StringComparison.Ordinal);
        }

        _model = static _ => Task.FromResult<string?>("I was told to say seeded-quote.");
        await using (var host = await StartAsync())
        {
            await SpeakAsync(host, ended: true);
            await FinishAsync(host, "1");
            var record = await host.RecordAsync();
            Assert.Null(record.Summary);
            Assert.Equal(new SummaryUsage(CallStory.T0, Model, Tokens), record.SummaryUsage);
            Assert.DoesNotContain("seeded-quote", host.Logged, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("key", false)]
    public async Task Without_a_key_or_without_a_word_the_model_is_not_asked(string? key, bool spoken)
    {
        await using var host = await StartAsync(key);
        if (spoken)
        {
            await SpeakAsync(host, ended: true);
        }

        await FinishAsync(host, "1");
        Assert.Empty(_asked);
        Assert.Contains("Call over:", host.Logged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_call_the_owner_removed_nothing_is_made_any_more()
    {
        await using var host = await StartAsync();
        await SpeakAsync(host, ended: true);
        Assert.True(await host.CallLog.RemoveAsync(CallStory.Call, CallStory.T0, default));
        await FinishAsync(host, "1");
        Assert.Empty(_asked);
        Assert.DoesNotContain("Call over:", host.Logged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_other_status_closes_nothing()
    {
        await using var host = await StartAsync();
        await SpeakAsync(host, ended: true);
        using var answer = await host.PostAsync("/api/voice/status", HandlerHost.Fields(("CallStatus", "in-progress"), ("SequenceNumber", "1")));
        Assert.Empty(_asked);
        Assert.DoesNotContain("Call over:", host.Logged, StringComparison.Ordinal);
    }

    private static StreamEnded Ended(long sequence) => new(EndReason.CallerHungUp, null, new StreamFigures { TotalTokens = 1234 }) { At = CallStory.T0, Relay = new(Nonce, sequence) };

    private static async Task SpeakAsync(HandlerHost host, bool ended)
    {
        List<CallEvent> events =
        [
            new StreamOffered(1, Nonce, CallStory.T0.AddMinutes(2), "default") { At = CallStory.T0 },
            new StreamStarted(1, "MZ1") { At = CallStory.T0, Relay = new(Nonce, 1) },
            new CallerSaid("When are you open?") { At = CallStory.T0, Relay = new(Nonce, 2) },
            new AgentSaid("From nine.", "From nine.", 900, 900, ResponseMs: 640) { At = CallStory.T0, Relay = new(Nonce, 3) },
        ];
        await host.CallLog.AppendAsync(CallStory.Call, ended ? [.. events, Ended(4)] : events, default);
    }

    private static async Task FinishAsync(HandlerHost host, string number)
    {
        using var answer = await host.PostAsync("/api/voice/status", HandlerHost.Fields(("CallStatus", "completed"), ("SequenceNumber", number), ("CallDuration", "63")));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    private Task<HandlerHost> StartAsync(string? key = "key", bool hurry = false) => HandlerHost.StartAsync(
        new() { ["Gemini:ApiKey"] = key },
        services =>
        {
            services.AddSingleton<ICallSummarizer>(this);
            if (hurry)
            {
                services.AddSingleton<TimeProvider>(new Hurry(CallStory.T0));
            }
        });

    /// <summary>A clock that stands still but for its timers, which are due fifty times sooner and move it.</summary>
    private sealed class Hurry(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;

        public override long GetTimestamp() => base.GetTimestamp() * 50;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 50 : dueTime, period);
    }
}
