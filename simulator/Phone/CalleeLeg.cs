using System.Text;
using PhoneAgent.Simulator.Phone.Twiml;

namespace PhoneAgent.Simulator.Phone;

/// <summary>
/// The leg of a dialled person, from picking up to being connected: runs the TwiML of <c>&lt;Number url&gt;</c> on their side. They
/// press <see cref="PhoneSettings.CalleeKey"/> when asked for a key. Source: https://www.twilio.com/docs/voice/twiml/number#attributes-url
/// </summary>
internal sealed class CalleeLeg(Dial verb, string callSid, CallContext call)
{
    private const int MostDocuments = 5;

    /// <summary>Whether they are connected: the TwiML ran to its end without hanging up.</summary>
    public async Task<bool> ConnectAsync(Uri document)
    {
        if (verb.CalleeUrl is not { } whisper)
        {
            return true;
        }

        var url = new Uri(document, whisper);
        string? digits = null;
        for (var i = 0; i < MostDocuments; i++)
        {
            if (await FetchAsync(url, digits) is not { } twiml)
            {
                return false;
            }

            switch (await RunAsync(twiml))
            {
                case FetchDocument next:
                    (url, digits) = (new Uri(url, next.Url), call.Settings.CalleeKey?.ToString());
                    break;
                case EndCall:
                    return false;
                default:
                    return true;
            }
        }

        return false;
    }

    private async Task<CallStep> RunAsync(TwimlDocument twiml)
    {
        foreach (var one in twiml.Verbs)
        {
            switch (one)
            {
                case Say or Pause:
                    await TellAsync(one);
                    break;
                case Gather { Prompts: var prompts } gather:
                    foreach (var prompt in prompts)
                    {
                        await TellAsync(prompt);
                    }

                    if (call.Settings.CalleeKey is not null)
                    {
                        return CallStep.Fetch(gather.Action ?? string.Empty, gather.Method);
                    }

                    await call.WaitAsync(TimeSpan.FromSeconds(gather.TimeoutSeconds));
                    break;
                case Redirect redirect:
                    return CallStep.Fetch(redirect.Url, redirect.Method);
                case Hangup:
                    return CallStep.End(CallEnding.HungUpByTwiml);
                default:
                    call.Notes.Log(TwilioError.Schema($"'{one.GetType().Name}' is not allowed in the TwiML of a Number's url"));
                    return CallStep.End(CallEnding.ApplicationError);
            }
        }

        return CallStep.NextVerb;
    }

    private Task TellAsync(TwimlVerb one)
    {
        if (one is Say say)
        {
            call.Notes.Whispers.Add(say.Text);
        }

        return SimpleVerbs.PassAsync(one, call);
    }

    private async Task<TwimlDocument?> FetchAsync(Uri url, string? digits)
    {
        List<KeyValuePair<string, string>> form =
        [
            new("AccountSid", call.Settings.AccountSid),
            new("ApiVersion", "2010-04-01"),
            new("CallSid", callSid),
            new("ParentCallSid", call.CallSid),
            new("CallStatus", "in-progress"),
            new("Direction", "outbound-dial"),
            new("From", verb.CallerId ?? call.Settings.From),
            new("To", verb.Number),
        ];
        if (digits is not null)
        {
            form.Add(new("Digits", digits));
        }

        var answer = await call.Webhooks.SendAsync(new WebhookRequest(url, "POST", form), call.Cancellation);
        var document = answer.Error is { } error ? new TwimlDocument([], [error]) : TwimlReader.Read(answer.ContentType, answer.Body);
        call.Notes.Documents.Add(new FetchedDocument(call.Line.AtMs, url, "in-progress", answer.HttpStatus, Encoding.UTF8.GetString(answer.Body), document.Errors));
        foreach (var fault in document.Errors)
        {
            call.Notes.Log(fault);
        }

        return document.Errors.Count == 0 ? document : null;
    }
}
