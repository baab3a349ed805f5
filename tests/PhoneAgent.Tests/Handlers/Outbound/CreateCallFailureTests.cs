using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Outbound;

namespace PhoneAgent.Tests.Handlers.Outbound;

/// <summary>What becomes of an order when Twilio, the store or the client fails.</summary>
public sealed class CreateCallFailureTests
{
    [Fact]
    public async Task A_create_that_timed_out_is_found_again_by_its_first_webhook()
    {
        await using var bench = await OutboundBench.StartAsync(services: services => services.AddSingleton<TimeProvider>(new ImpatientTime()));
        bench.Twilio = async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            throw new InvalidOperationException("not reached");
        };
        var lost = (await bench.OrderAsync(key: "key")).IsProblem(502);
        Assert.True(lost.Json.GetProperty("retryHelps").GetBoolean());
        (await bench.OrderAsync(key: "key")).IsProblem(409);
        await bench.StatusAsync("initiated", 0);
        var found = await bench.OrderAsync(key: "key");
        Assert.Equal((202, CallStory.Call.Value), (found.Status, found.CallSid));
        Assert.Equal(found.RequestId, (await bench.Host.RecordAsync()).RequestId);
        Assert.Single(bench.Asked);
    }

    [Fact]
    public async Task A_create_that_timed_out_and_was_never_heard_of_is_not_tried_again()
    {
        await using var bench = await OutboundBench.StartAsync();
        bench.Twilio = (_, _) => Task.FromResult<PlaceResult>(new PlaceResult.NoAnswer());
        (await bench.OrderAsync(key: "key")).IsProblem(502);
        bench.Host.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.False((await bench.OrderAsync(key: "key")).IsProblem(502).Json.GetProperty("retryHelps").GetBoolean());
        Assert.Single(bench.Asked);
    }

    [Theory]
    [InlineData(20429, 429, true)]
    [InlineData(20503, 503, true)]
    [InlineData(21211, 400, false)]
    [InlineData(null, 418, false)]
    public async Task Twilios_refusal_is_told_with_its_cause_and_whether_a_retry_helps(int? code, int http, bool retryHelps)
    {
        await using var bench = await OutboundBench.StartAsync();
        bench.Twilio = (_, _) => Task.FromResult<PlaceResult>(new PlaceResult.Refused(new TwilioRefusal(code, http)));
        var problem = (await bench.OrderAsync(key: "key")).IsProblem(502);
        Assert.Equal(new TwilioRefusal(code, http).Explain().Cause, problem.Detail);
        Assert.Equal(retryHelps, problem.Json.GetProperty("retryHelps").GetBoolean());
        Assert.Equal(code, problem.Json.TryGetProperty("twilioCode", out var number) ? number.GetInt32() : null);

        bench.Twilio = static (_, _) => Task.FromResult<PlaceResult>(new PlaceResult.Placed(CallStory.Call, "queued"));
        Assert.Equal(retryHelps ? 202 : 502, (await bench.OrderAsync(key: "key")).Status);
        Assert.Equal(retryHelps ? 2 : 1, bench.Asked.Count);
    }

    [Fact]
    public async Task A_host_without_a_way_to_Twilio_says_so()
    {
        await using var bench = await OutboundBench.StartAsync(services: services => services.RemoveAll<ICallPlacer>());
        Assert.Contains("Twilio's API", (await bench.OrderAsync()).IsProblem(503).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_away_means_that_nobody_is_called()
    {
        await using var bench = await OutboundBench.StartAsync(new() { ["PhoneAgent:CallLog"] = $"file:{typeof(CreateCallFailureTests).Assembly.Location}/calls" });
        (await bench.OrderAsync()).IsProblem(503);
        Assert.Empty(bench.Asked);
    }

    [Fact]
    public async Task A_log_that_is_away_after_the_call_was_placed_is_made_up_for_by_its_first_webhook()
    {
        var log = new MemoryCallLog();
        var away = true;
        await using var bench = await OutboundBench.StartAsync(services: services => services.AddSingleton<ICallLog>(new SwitchedLog(log, () => away)));
        Assert.Equal(202, (await bench.OrderAsync()).Status);
        Assert.Empty(log.Events);
        away = false;
        await bench.StatusAsync("ringing", 1);
        Assert.Equal(OutboundBench.To, (await bench.Host.RecordAsync()).Called);
    }

    [Fact]
    public async Task A_broken_placer_is_500_and_tells_nothing()
    {
        await using var bench = await OutboundBench.StartAsync();
        bench.Twilio = static (_, _) => throw new InvalidOperationException("seeded-internal-detail");
        (await bench.OrderAsync()).IsProblem(500);
    }

    [Fact]
    public async Task A_client_that_goes_away_does_not_stop_the_call()
    {
        await using var bench = await OutboundBench.StartAsync();
        var (asked, goOn) = (new TaskCompletionSource(), new TaskCompletionSource<PlaceResult>());
        CancellationToken seen = default;
        bench.Twilio = (_, cancellation) =>
        {
            seen = cancellation;
            asked.SetResult();
            return goOn.Task;
        };
        using var gone = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/calls") { Content = new StringContent(OutboundBench.Order, null, "application/json") };
        request.Headers.Add("x-functions-key", HandlerHost.OwnerKey);
        request.Headers.Add("Idempotency-Key", "key");
        var answer = bench.Host.Http.SendAsync(request, gone.Token);
        await asked.Task;
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        goOn.SetResult(new PlaceResult.Placed(CallStory.Call, "queued"));
        OrderAnswer found;
        do
        {
            found = await bench.OrderAsync(key: "key");
        }
        while (found.Status == 409);

        Assert.Equal(CallStory.Call.Value, found.CallSid);
        Assert.False(seen.IsCancellationRequested);
        Assert.Single(bench.Asked);
    }

    private sealed class SwitchedLog(ICallLog log, Func<bool> isAway) : ICallLog
    {
        public Task AppendAsync(CallSid call, IReadOnlyList<CallEvent> events, CancellationToken cancellation) => At().AppendAsync(call, events, cancellation);

        public Task<IReadOnlyList<CallEvent>> ReadAsync(CallSid call, CancellationToken cancellation) => At().ReadAsync(call, cancellation);

        public Task<bool> TryClaimAsync(CallSid call, string nonce, string owner, CancellationToken cancellation) => At().TryClaimAsync(call, nonce, owner, cancellation);

        public Task<IReadOnlyList<CallSid>> ListAsync(DateOnly day, CallSid? after, int count, CancellationToken cancellation) => At().ListAsync(day, after, count, cancellation);

        public Task<bool> RemoveAsync(CallSid call, DateTimeOffset at, CancellationToken cancellation) => At().RemoveAsync(call, at, cancellation);

        private ICallLog At() => isAway() ? new BrokenCallLog() : log;
    }

    private sealed class ImpatientTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 1000 : dueTime, period);
    }
}
