namespace PhoneAgent.Simulator.Phone;

/// <summary>What the verbs of one call share.</summary>
internal sealed record CallContext
{
    public required PhoneSettings Settings { get; init; }

    public required string CallSid { get; init; }

    public required PublicAddresses Addresses { get; init; }

    public required PhoneLine Line { get; init; }

    public required CallNotes Notes { get; init; }

    public required StatusCallbacks Callbacks { get; init; }

    public required TwilioWebhooks Webhooks { get; init; }

    /// <summary>Done when the call is over whatever the TwiML says: the caller hung up, or the time limit came.</summary>
    public required Task<CallEnding> Over { get; init; }

    /// <summary>Gives the call up altogether, without goodbye.</summary>
    public required CancellationToken Cancellation { get; init; }

    /// <summary>Waits so much of a verb's time, or until something else is done, or until the call is over.</summary>
    public async Task WaitAsync(TimeSpan verbTime, Task? until = null)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var passed = Task.Delay(verbTime / Settings.VerbSpeed, Settings.Time, enough.Token);
        await Task.WhenAny(until is null ? [passed, Over] : [passed, Over, until]);
        enough.Cancel();
        Cancellation.ThrowIfCancellationRequested();
    }
}
