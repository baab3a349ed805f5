using System.Collections.Concurrent;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Outbound;
using PhoneAgent.Simulator.Phone;

namespace PhoneAgent.Simulator.Outbound;

/// <summary>
/// Twilio's REST API for calls, with the called phone behind it: takes an order, gives out a CallSid, and rings. The
/// webhooks of the call are those the order names.
/// </summary>
/// <param name="phone">The account and the way to the application, as for an inbound call; asked for at each order.</param>
/// <param name="callee">Who is called.</param>
public sealed class SimulatedCallPlacer(Func<PhoneSettings> phone, Callee callee) : ICallPlacer, IAsyncDisposable
{
    private readonly CancellationTokenSource _disposed = new();
    private readonly ConcurrentDictionary<string, PlacedCall> _calls = new(StringComparer.Ordinal);

    /// <summary>The orders taken so far, in no particular order.</summary>
    public IReadOnlyCollection<CallToPlace> Orders => [.. _calls.Values.Select(one => one.Order)];

    /// <inheritdoc />
    public Task<PlaceResult> PlaceAsync(CallToPlace call, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(call);
        var settings = OutboundLine.For(phone(), call, callee.Answer);
        _calls[settings.CallSid!] = new PlacedCall(call, Task.Run(() => RingAsync(settings), _disposed.Token));
        return Task.FromResult<PlaceResult>(new PlaceResult.Placed(CallSid.Parse(settings.CallSid!), "queued"));
    }

    /// <summary>What the call was like, once it is over.</summary>
    /// <exception cref="KeyNotFoundException">No such call was placed here.</exception>
    public Task<CallResult> ResultAsync(CallSid callSid) => _calls[callSid.Value].Result;

    /// <summary>Breaks off calls that are still on, without waiting for their end.</summary>
    public void BreakOff() => _disposed.Cancel();

    /// <summary>Breaks off calls that are still on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        await ((Task)Task.WhenAll(_calls.Values.Select(one => one.Result))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _disposed.Dispose();
    }

    private async Task<CallResult> RingAsync(PhoneSettings settings)
    {
        using var simulated = new SimulatedPhone(settings);
        return await simulated.CallAsync(callee.Voice(), callee.OnEvent, _disposed.Token);
    }

    private sealed record PlacedCall(CallToPlace Order, Task<CallResult> Result);
}
