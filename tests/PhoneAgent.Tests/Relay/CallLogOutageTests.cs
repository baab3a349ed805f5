using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.Tests.VirtualTime;
using static PhoneAgent.Tests.Relay.CallInVirtualTime;

namespace PhoneAgent.Tests.Relay;

/// <summary>What a call does while its log is away.</summary>
public sealed class CallLogOutageTests
{
    [Fact]
    public void Without_the_call_log_no_call_begins() => Call(async call =>
    {
        call.Log.Away = true;
        await call.Phone.StartAsync();
        await AssertRefusedAsync(call, EndReason.InternalError, 1011);
    });

    [Fact]
    public void A_call_goes_on_while_the_log_is_away_and_its_facts_are_stored_afterwards() => Call(async call =>
    {
        await call.Phone.StartAsync();
        var speaking = call.Phone.SpeakAsync(Seconds(60));
        await call.Time.Pass(Seconds(1));
        call.Log.Away = true;
        await call.Gemini.SendAsync("""{"serverContent":{"inputTranscription":{"text":"said meanwhile"}}}""");
        await call.Gemini.SayAsync(1_000, "answered meanwhile");
        await call.Gemini.CompleteTurnAsync();
        await call.Time.Pass(Seconds(30));
        call.Log.Away = false;
        await speaking;
        await call.Phone.HangUpAsync();
        await call.EndAsync();

        Assert.Equal(3_000 * 320, call.Gemini.Heard.Count);
        Assert.Equal("said meanwhile", Assert.Single(call.Log.Events.OfType<CallerSaid>()).Text);
        Assert.Equal("answered meanwhile", Assert.Single(call.Log.Events.OfType<AgentSaid>()).Text);
        Assert.Equal(Enumerable.Range(1, call.Log.Events.Count), call.Log.Events.Select(e => (int)e.Relay!.Sequence));
    });

    [Fact]
    public void Facts_that_a_log_is_away_for_are_bounded_and_no_frame_of_audio_is_lost_for_them() => Call(async call =>
    {
        await call.Phone.StartAsync();
        var speaking = call.Phone.SpeakAsync(Seconds(30));
        await call.Time.Pass(Seconds(2));
        var before = call.Log.Events.Count;
        call.Log.Away = true;
        for (var i = 0; i < CallJournal.Capacity + 300; i++)
        {
            await call.Phone.SendAsync("""{"event":"dtmf","dtmf":{"digit":"1"}}""");
            await call.Time.Pass(Seconds(0.01));
        }

        call.Log.Away = false;
        await speaking;
        await call.Phone.HangUpAsync();
        await call.EndAsync();

        Assert.Equal(call.Phone.Frames * 320, call.Gemini.Heard.Count);
        Assert.InRange(call.Log.Events.OfType<DigitPressed>().Count(), CallJournal.Capacity - 50, CallJournal.Capacity + 150); // the batch in flight waits as well
        Assert.Equal(call.Log.Events.Count, call.Log.Events.Select(one => one.Relay!.Sequence).Distinct().Count());
        Assert.True(call.Log.Events[^1].Relay!.Sequence > call.Log.Events.Count, $"nothing was dropped of {before} and more");
    });

    [Fact]
    public void A_log_that_stays_away_holds_the_end_up_for_ten_seconds_at_most() => Call(async call =>
    {
        await call.Phone.StartAsync();
        await call.Phone.SpeakAsync(Seconds(2));
        call.Log.Away = true;
        await call.Phone.HangUpAsync();
        var hungUp = call.Time.Elapsed;
        await call.EndAsync();

        Assert.InRange((call.Time.Elapsed - hungUp).TotalSeconds, 9, 12);
        Assert.NotNull(call.Gemini.Closed);
    });
}
