using PhoneAgent.Simulator.Phone.Callers;

namespace PhoneAgent.Simulator.Phone;

/// <summary>
/// Twilio and the caller's phone in one: calls an application's webhook and its media stream server and is all they see
/// of the telephone network. Any number of calls may run at once.
/// </summary>
public sealed class SimulatedPhone : IDisposable
{
    private readonly PhoneSettings _settings;
    private readonly PublicAddresses _addresses;
    private readonly TwilioWebhooks _webhooks;

    /// <param name="settings">The account, the number and where the application is.</param>
    public SimulatedPhone(PhoneSettings settings)
    {
        _settings = settings;
        _addresses = new PublicAddresses(settings);
        _webhooks = new TwilioWebhooks(_addresses, settings.AuthToken, settings.Time);
    }

    /// <summary>Holds one call and comes back when it is over and its last status callback is sent.</summary>
    /// <param name="caller">Who is at the phone.</param>
    /// <param name="onEvent">Told what happens while it happens, one event at a time; must return quickly.</param>
    /// <param name="cancellation">Breaks the call off without goodbye; the call then throws.</param>
    public async Task<CallResult> CallAsync(ICaller caller, Action<PhoneEvent>? onEvent = null, CancellationToken cancellation = default)
    {
        using var call = new SimulatedCall(_settings, _addresses, _webhooks, caller, onEvent, cancellation);
        return await call.RunAsync();
    }

    /// <inheritdoc />
    public void Dispose() => _webhooks.Dispose();
}
