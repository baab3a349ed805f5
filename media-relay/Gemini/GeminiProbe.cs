using PhoneAgent.Core.Agents;
using PhoneAgent.MediaRelay.Sockets;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>
/// Opens a session as a call would, up to <c>setupComplete</c>, and closes it: whether Gemini takes key, model and profile.
/// Nothing is said, so nothing is billed.
/// </summary>
public static class GeminiProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What Gemini has against it, in its own words; null when the session was ready.</summary>
    /// <param name="connector">Opens the connection.</param>
    /// <param name="model">The Live model.</param>
    /// <param name="agent">The profile.</param>
    /// <param name="time">The clock.</param>
    public static async Task<string?> ProblemAsync(IGeminiConnector connector, string model, AgentProfile agent, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(connector);
        ArgumentNullException.ThrowIfNull(agent);
        using var timeout = new CancellationTokenSource(Patience, time);
        GeminiConnecting connecting;
        try
        {
            connecting = await connector.ConnectAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            return $"Gemini was not reached within {Patience.TotalSeconds:0} s";
        }

        if (connecting.Socket is not { } socket)
        {
            return connecting.Problem;
        }

        await using (socket)
        {
            using var late = timeout.Token.Register(socket.Abort);
            await socket.SendAsync(ClientMessages.Setup(new SessionSetup(model, agent)));
            return await AnswerAsync(socket);
        }
    }

    private static async Task<string?> AnswerAsync(IMessageSocket socket)
    {
        var message = new ServerMessage();
        while (true)
        {
            var read = await socket.ReadAsync(utf8 => !(message.TryRead(utf8) && message.SetupComplete));
            switch (read.Kind)
            {
                case SocketReadKind.Stopped:
                    await socket.CloseAsync(1000, "");
                    return null;
                case SocketReadKind.Closed:
                    return $"Gemini closed the session with {read.CloseCode}: {read.CloseReason}";
                case SocketReadKind.Lost:
                    return "Gemini did not complete setup";
            }
        }
    }
}
