using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.Tests.Relay;

/// <summary>What becomes of the keys a caller presses.</summary>
public sealed class KeypadTests
{
    private static readonly AgentProfile Profile = new()
    {
        Instructions = "You answer the phone.",
        Greeting = "Greet the caller.",
        IdleSeconds = 0,
        TransferTargets = new Dictionary<string, TransferTarget> { ["owner"] = new() { Number = "+14155550123" } },
        Keypad = new KeypadRules { Transfer = new Dictionary<string, string> { ["0"] = "owner", ["*"] = "owner" } },
    };

    [Fact]
    public void Digits_come_together_until_the_end_key() => Call(async call =>
    {
        await PressAsync(call, "4205#", apartMs: 300);
        await call.Time.Pass(TimeSpan.FromMilliseconds(200));
        Assert.Equal("The caller entered on the telephone's keypad: 4 2 0 5", Assert.Single(call.Gemini.Texts.Skip(1)));
        await call.Time.Pass(TimeSpan.FromSeconds(5));
        Assert.Single(call.Gemini.Texts, text => text.Contains("keypad", StringComparison.Ordinal)); // nothing but nudges of a silent model
        await call.Phone.HangUpAsync();
        await call.EndAsync();
        Assert.Equal("4205#", string.Concat(call.Log.Events.OfType<DigitPressed>().Select(digit => digit.Digit)));
    });

    [Fact]
    public void Digits_come_together_until_a_pause() => Call(async call =>
    {
        await PressAsync(call, "12", apartMs: 1_900);
        await call.Time.Pass(TimeSpan.FromMilliseconds(40)); // 1.94 s after the last
        Assert.Single(call.Gemini.Texts);
        await call.Time.Pass(TimeSpan.FromMilliseconds(150));
        Assert.EndsWith(": 1 2", call.Gemini.Texts[^1], StringComparison.Ordinal);
        await PressAsync(call, "#", apartMs: 3_000);
        Assert.Equal(2, call.Gemini.Texts.Count); // an end without a number is nothing
        await PressAsync(call, new string('7', 70), apartMs: 50);
        Assert.Equal(64, call.Gemini.Texts[^1].Count(one => one == '7'));
        await call.Phone.HangUpAsync();
        await call.EndAsync();
    });

    [Fact]
    public void A_reserved_key_transfers_although_the_model_does_nothing() => Call(async call =>
    {
        await call.Gemini.SayAsync(20_000, "A very long story");
        await PressAsync(call, "0", apartMs: 500);
        Assert.Equal(EndReason.Transfer, (await call.EndAsync()).Reason);
        var facts = call.Log.Events.TakeLast(2).ToList();
        var asked = Assert.IsType<TransferRequested>(facts[0]);
        Assert.Equal(("owner", "The caller pressed 0."), (asked.Target, asked.Reason));
        Assert.Equal(EndReason.Transfer, Assert.IsType<StreamEnded>(facts[1]).Reason);
        Assert.Equal(1000, call.Phone.Closed?.CloseCode);
        Assert.DoesNotContain(call.Gemini.Texts, text => text.Contains("keypad", StringComparison.Ordinal));
    });

    [Fact]
    public void A_reserved_key_within_a_number_is_part_of_it() => Call(async call =>
    {
        await PressAsync(call, "10*0", apartMs: 200);
        await call.Time.Pass(TimeSpan.FromSeconds(2));
        Assert.EndsWith(": 1 0 * 0", call.Gemini.Texts[^1], StringComparison.Ordinal);
        await call.Phone.HangUpAsync();
        Assert.Equal(EndReason.CallerHungUp, (await call.EndAsync()).Reason);
    });

    [Fact]
    public void A_transfer_is_logged_before_the_line_is_closed_even_when_the_store_was_away() => Call(async call =>
    {
        call.Log.Away = true;
        await PressAsync(call, "0", apartMs: 3_000);
        Assert.Null(call.Phone.Closed);
        call.Log.Away = false;
        await call.EndAsync();
        Assert.Equal("owner", Assert.Single(call.Log.Events.OfType<TransferRequested>()).Target);
    });

    private static async Task PressAsync(VirtualCall call, string keys, int apartMs)
    {
        foreach (var key in keys)
        {
            await call.Phone.SendAsync($$$"""{"event":"dtmf","streamSid":"MZ1","dtmf":{"track":"inbound_track","digit":"{{{key}}}"}}""");
            await call.Time.Pass(TimeSpan.FromMilliseconds(apartMs));
        }
    }

    private static void Call(Func<VirtualCall, Task> scenario) => VirtualClock.Run(async time =>
    {
        using var call = new VirtualCall(time, profile: Profile);
        await call.Phone.StartAsync();
        var line = call.Phone.KeepSilentAsync(TimeSpan.FromMinutes(2));
        await time.Pass(TimeSpan.FromSeconds(1));
        await scenario(call);
        await line;
    });
}
