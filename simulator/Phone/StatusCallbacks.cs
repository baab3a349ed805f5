using System.Globalization;

namespace PhoneAgent.Simulator.Phone;

/// <summary>
/// Reports the call's and the streams' progress beside the call: in order, one at a time, without holding the call up.
/// Source: https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent
/// </summary>
internal sealed class StatusCallbacks(PhoneSettings settings, CallForm form, TwilioWebhooks webhooks, CallNotes notes)
{
    private readonly IReadOnlyList<string> _wanted = settings.StatusCallbackEvents
        ?? (settings.Direction == CallDirection.Inbound ? ["completed"] : ["initiated", "ringing", "answered", "completed"]);

    private Task _last = Task.CompletedTask;
    private int _sequence;

    public void Initiated(CancellationToken cancellation) => Report("initiated", "initiated", cancellation);

    public void Ringing(CancellationToken cancellation) => Report("ringing", "ringing", cancellation);

    public void Answered(CancellationToken cancellation) => Report("answered", "in-progress", cancellation);

    /// <summary>The call is over: <c>completed</c>, or why it never began.</summary>
    public void Over(string finalStatus, int durationMs, CancellationToken cancellation)
    {
        var seconds = (durationMs + 999) / 1000;
        Report(
            "completed",
            finalStatus,
            cancellation,
            ("CallDuration", seconds.ToString(CultureInfo.InvariantCulture)),
            ("Duration", ((seconds + 59) / 60).ToString(CultureInfo.InvariantCulture)),
            ("SipResponseCode", finalStatus switch { "completed" => "200", "busy" => "486", "no-answer" => "487", _ => "500" }));
    }

    /// <summary>A stream's progress: stream-started, stream-stopped or stream-error.</summary>
    public void Stream(Uri? url, string streamSid, string name, string streamEvent, string? error, CancellationToken cancellation)
    {
        if (url is not null)
        {
            Queue(new WebhookRequest(url, "POST", form.ForStream(streamSid, name, streamEvent, settings.Time.GetUtcNow(), error)), cancellation);
        }
    }

    /// <summary>Until everything reported so far was sent.</summary>
    public Task SentAsync() => _last;

    private void Report(string callbackEvent, string callStatus, CancellationToken cancellation, params (string, string)[] more)
    {
        if (settings.StatusCallbackUrl is not { } url || !_wanted.Contains(callbackEvent))
        {
            return;
        }

        notes.Tell(new StatusSent(notes.AtMs, callStatus));
        Queue(new WebhookRequest(url, "POST", form.ForStatus(callStatus, _sequence++, settings.Time.GetUtcNow(), more)), cancellation);
    }

    private void Queue(WebhookRequest request, CancellationToken cancellation) => _last = SendAfterAsync(_last, request, cancellation);

    private async Task SendAfterAsync(Task before, WebhookRequest request, CancellationToken cancellation)
    {
        await before;
        var answer = await webhooks.SendAsync(request, cancellation);
        if (answer.Error is { } error)
        {
            notes.Log(TwilioError.StatusCallback(error.Message));
        }
    }
}
