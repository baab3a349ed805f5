using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.Tests.VirtualTime;
using static PhoneAgent.Tests.Relay.CallInVirtualTime;

namespace PhoneAgent.Tests.Relay;

/// <summary>Which streams become calls, and which are refused before anything is paid for.</summary>
public sealed class CallAdmissionTests
{
    [Fact]
    public void A_start_of_another_call_is_closed_with_1008_before_Gemini_is_reached() => Call(async call =>
    {
        await call.Phone.StartAsync(callSid: "CA00000000000000000000000000000002");
        await AssertRefusedAsync(call, EndReason.ProtocolViolation, 1008);
    });

    [Fact]
    public void A_start_of_another_account_is_closed_with_1008_before_Gemini_is_reached() => Call(async call =>
    {
        await call.Phone.StartAsync(accountSid: "AC00000000000000000000000000000002");
        await AssertRefusedAsync(call, EndReason.ProtocolViolation, 1008);
    });

    [Fact]
    public void A_stream_that_never_starts_is_given_up_after_ten_seconds() => Call(async call =>
    {
        await call.Phone.SendAsync("""{"event":"connected"}""");

        Assert.Equal(EndReason.ProtocolViolation, (await call.EndAsync()).Reason);
        Assert.Equal(10, call.Time.Elapsed.TotalSeconds, 0.1);
        Assert.Equal(0, call.Gemini.Sessions);
    });

    [Fact]
    public void A_ticket_admits_one_stream_only() => Run(async time =>
    {
        var log = new MemoryCallLog();
        using var first = new VirtualCall(time, log: log);
        using var second = new VirtualCall(time, log: log);
        await first.Phone.StartAsync();
        await time.Pass(Seconds(1));
        await second.Phone.StartAsync();
        await AssertRefusedAsync(second, EndReason.ProtocolViolation, 1008, logged: 1);

        await first.Phone.HangUpAsync();
        Assert.Equal(EndReason.CallerHungUp, (await first.EndAsync()).Reason);
    });

    [Fact]
    public void A_call_that_has_ended_gets_no_second_agent() => Run(async time =>
    {
        var log = new MemoryCallLog();
        using var first = new VirtualCall(time, log: log);
        await first.Phone.StartAsync();
        await time.Pass(Seconds(1));
        await first.Phone.HangUpAsync();
        await first.EndAsync();
        using var second = new VirtualCall(time, log: log, nonce: "fedcba9876543210fedcba9876543210");
        await second.Phone.StartAsync();
        await AssertRefusedAsync(second, EndReason.CallerHungUp, 1000, logged: 1);
    });

    [Fact]
    public void A_newer_stream_of_the_call_takes_over_and_an_older_one_is_refused() => Run(async time =>
    {
        var log = new MemoryCallLog();
        var calls = new ActiveCalls(() => 10);
        var nonces = new[] { new string('a', 32), new string('b', 32) };
        log.Events.AddRange(nonces.Select((nonce, i) => new StreamOffered(i + 1, nonce, time.GetUtcNow(), "default") { At = time.GetUtcNow() }));
        using var first = new VirtualCall(time, log: log, calls: calls, nonce: nonces[0]);
        await first.Phone.StartAsync();
        await time.Pass(Seconds(1));
        using var second = new VirtualCall(time, log: log, calls: calls, nonce: nonces[1]);
        await second.Phone.StartAsync();

        Assert.Equal(EndReason.HandedOver, (await first.EndAsync()).Reason);
        await time.Pass(Seconds(1));
        Assert.Equal(1, second.Gemini.Sessions);

        using var late = new VirtualCall(time, log: log, calls: calls, nonce: new string('c', 32));
        await late.Phone.StartAsync();
        await AssertRefusedAsync(late, EndReason.ProtocolViolation, 1008, logged: 2);

        await second.Phone.HangUpAsync();
        Assert.Equal(EndReason.CallerHungUp, (await second.EndAsync()).Reason);
    });

    [Fact]
    public void Sockets_that_wait_for_start_are_capped_in_total_and_per_call()
    {
        var calls = new ActiveCalls(() => 1_000);
        var call = CallSid.Parse(VirtualPhone.CallSid);
        var waiting = Enumerable.Range(0, ActiveCalls.MaxWaitingPerCall).Select(_ => calls.TryAdmit(call, out StreamRefusal _)).ToList();

        Assert.All(waiting, Assert.NotNull);
        Assert.Null(calls.TryAdmit(call, out var refusal));
        Assert.Equal(StreamRefusal.CallWaiting, refusal);

        for (var i = waiting.Count; i < ActiveCalls.MaxWaiting; i++)
        {
            Assert.NotNull(calls.TryAdmit(CallSid.Parse($"CA{i:x32}"), out _));
        }

        Assert.Null(calls.TryAdmit(CallSid.Parse($"CA{999:x32}"), out refusal));
        Assert.Equal(StreamRefusal.Waiting, refusal);
        waiting[0]!.Dispose();
        Assert.NotNull(calls.TryAdmit(CallSid.Parse($"CA{999:x32}"), out _));
    }
}
