using System.Globalization;
using PhoneAgent.Simulator.Phone.Twiml;

namespace PhoneAgent.Simulator.Phone;

/// <summary>Runs <c>&lt;Dial&gt;</c>; how it goes is told by <see cref="PhoneSettings.Dialling"/>.</summary>
internal static class DialRunner
{
    public static async Task<CallStep> RunAsync(Dial verb, Uri document, CallContext call)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
        var dialling = call.Settings.Dialling(verb, enough.Token);
        await Task.WhenAny(dialling, call.Over);
        if (!dialling.IsCompleted)
        {
            enough.Cancel();
        }

        var outcome = await OutcomeAsync(dialling, call.Cancellation);
        var calleeSid = Sids.New("CA", call.Settings.Random);
        var bridged = outcome.Status == "completed" && await new CalleeLeg(verb, calleeSid, call).ConnectAsync(document);
        var talk = bridged || outcome.Status != "completed" ? outcome.Duration : TimeSpan.Zero;
        await call.WaitAsync(talk);
        if (verb.Action is not { } action)
        {
            return CallStep.NextVerb;
        }

        return CallStep.Fetch(
            action,
            verb.Method,
            ("DialCallSid", calleeSid),
            ("DialCallStatus", outcome.Status),
            ("DialCallDuration", ((int)talk.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
            ("DialBridged", bridged ? "true" : "false"));
    }

    private static async Task<DialOutcome> OutcomeAsync(Task<DialOutcome> dialling, CancellationToken cancellation)
    {
        try
        {
            return await dialling;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new DialOutcome("canceled", TimeSpan.Zero); // the caller hung up while it rang
        }
    }
}
