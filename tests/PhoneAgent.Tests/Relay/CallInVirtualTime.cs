using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.Tests.Relay;

/// <summary>How the tests of whole calls begin.</summary>
internal static class CallInVirtualTime
{
    /// <summary>Waits for the end, which is a refusal with this close code; no session of Gemini was opened.</summary>
    public static async Task AssertRefusedAsync(VirtualCall call, EndReason reason, int code, int logged = 0)
    {
        Assert.Equal(reason, (await call.EndAsync()).Reason);
        Assert.Equal(code, call.Phone.Closed?.CloseCode);
        Assert.Equal(0, call.Gemini.Sessions);
        Assert.Equal(logged, call.Log.Events.OfType<StreamStarted>().Count());
    }

    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>Plays a scenario.</summary>
    public static void Run(Func<VirtualClock, Task> scenario) => VirtualClock.Run(scenario);

    /// <summary>Plays a scenario with one call.</summary>
    public static void Call(Func<VirtualCall, Task> scenario, Func<VirtualClock, VirtualGemini>? gemini = null, TimeSpan? maxDuration = null, int idleSeconds = 0) => Run(async time =>
    {
        using var call = new VirtualCall(time, gemini?.Invoke(time), maxDuration: maxDuration, idleSeconds: idleSeconds);
        await scenario(call);
    });
}
