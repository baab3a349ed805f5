using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.MediaRelay.Sockets;

namespace PhoneAgent.Simulator.Softphone;

/// <summary>Gemini, real or simulated, whose newest connection can be broken, as a network breaks it.</summary>
internal sealed class LosableGemini(IGeminiConnector connector) : IGeminiConnector
{
    private IMessageSocket? _newest;

    /// <inheritdoc />
    public bool TellsConsumed => connector.TellsConsumed;

    /// <summary>Breaks the newest connection.</summary>
    public void Lose() => Interlocked.Exchange(ref _newest, null)?.Abort();

    /// <inheritdoc />
    public async Task<GeminiConnecting> ConnectAsync(CancellationToken cancellation)
    {
        var connecting = await connector.ConnectAsync(cancellation);
        _newest = connecting.Socket;
        return connecting;
    }
}
