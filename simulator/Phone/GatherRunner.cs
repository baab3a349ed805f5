using System.Threading.Channels;
using PhoneAgent.Simulator.Phone.Twiml;

namespace PhoneAgent.Simulator.Phone;

/// <summary>Runs <c>&lt;Gather&gt;</c> for digits. Source: https://www.twilio.com/docs/voice/twiml/gather</summary>
internal static class GatherRunner
{
    public static async Task<CallStep> RunAsync(Gather verb, CallContext call)
    {
        // No caller presses so many; the rest is dropped.
        var keys = Channel.CreateBounded<char>(new BoundedChannelOptions(128) { FullMode = BoundedChannelFullMode.DropWrite });
        call.Line.OnDigit = key => keys.Writer.TryWrite(key);
        try
        {
            var anyKey = keys.Reader.WaitToReadAsync(call.Cancellation).AsTask();
            foreach (var prompt in verb.Prompts)
            {
                if (!anyKey.IsCompleted)
                {
                    await SimpleVerbs.WaitAsync(prompt, call, anyKey); // a key interrupts the prompt
                }
            }

            var digits = await CollectAsync(verb, keys.Reader, call);
            return digits.Length == 0 || call.Over.IsCompleted
                ? CallStep.NextVerb
                : CallStep.Fetch(verb.Action ?? string.Empty, verb.Method, ("Digits", digits));
        }
        finally
        {
            call.Line.OnDigit = null;
            keys.Writer.TryComplete();
        }
    }

    private static async Task<string> CollectAsync(Gather verb, ChannelReader<char> keys, CallContext call)
    {
        var digits = string.Empty;
        while (digits.Length < (verb.NumDigits ?? int.MaxValue) && !call.Over.IsCompleted)
        {
            if (!keys.TryRead(out var key))
            {
                var pressed = keys.WaitToReadAsync(call.Cancellation).AsTask();
                await call.WaitAsync(TimeSpan.FromSeconds(verb.TimeoutSeconds), pressed);
                if (!keys.TryRead(out key))
                {
                    break;
                }
            }

            if (verb.FinishOnKey.Contains(key, StringComparison.Ordinal))
            {
                break;
            }

            digits += key;
        }

        return digits;
    }
}
