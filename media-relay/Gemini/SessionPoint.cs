using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>
/// From where a session can go on: the newest resumption handle and the position of the caller's audio where its state ends, and the position
/// the agent's last turn answered. Not thread-safe: <see cref="GeminiSession"/> owns it.
/// </summary>
/// <param name="uplink">Knows what was sent.</param>
/// <param name="given">A handle from another replica; null for none.</param>
/// <param name="from">The position from which the first session hears the caller.</param>
internal sealed class SessionPoint(Uplink uplink, string? given, long from = 0)
{
    // The model answers after a silence only; all that was said before one has been answered.
    private const int SilenceBeforeAnswer = 300 * Telephony.PhoneBytesPerMs;

    private string? _handle = given;
    private long _handleTo = from;
    private long _answeredTo = from;
    private bool _spokenSince;

    /// <summary>The newest handle, unless the agent has said or asked for something since: its state would lack that.</summary>
    public string? Handle => _spokenSince ? null : _handle;

    /// <summary>Where the state that the next connection begins with ends.</summary>
    public long From => Handle is null ? _answeredTo : _handleTo;

    /// <summary>How much before the position sent the handle's state may end, in samples, because the server does not tell.</summary>
    public long Doubtful { get; private set; }

    /// <summary>Whether more may belong to the agent's turn.</summary>
    public bool AgentSpeaks { get; private set; }

    /// <summary>The agent says something, or calls a function.</summary>
    /// <param name="speaks">Whether it is heard.</param>
    /// <param name="callerHeardTo">Where the caller was heard last.</param>
    public void AgentActs(bool speaks, long callerHeardTo)
    {
        if (!AgentSpeaks || !_spokenSince)
        {
            // What the turn answers was consumed before; what was sent since may be the caller's next words.
            var answered = uplink.Position - callerHeardTo >= SilenceBeforeAnswer ? Math.Max(callerHeardTo, uplink.Consumed) : uplink.Consumed;
            _answeredTo = Math.Max(_answeredTo, answered);
            uplink.Release(_answeredTo);
        }

        _spokenSince = true;
        AgentSpeaks |= speaks;
    }

    /// <summary>The agent's turn is over.</summary>
    public void TurnEnded() => AgentSpeaks = false;

    /// <summary>A new handle came.</summary>
    /// <param name="handle">The handle.</param>
    /// <param name="lastConsumed">What the server told of its state; null when nothing.</param>
    /// <param name="callerHeardTo">Where the caller was heard last: what they began to say is in the handle, but not yet in the transcript.</param>
    public void HandleCame(string handle, long? lastConsumed, long callerHeardTo)
    {
        _handle = handle;
        (_handleTo, Doubtful) = uplink.HandleCame(lastConsumed);
        _answeredTo = callerHeardTo > _answeredTo ? _answeredTo : _handleTo;
        _spokenSince = false;
        uplink.Release(_answeredTo);
    }

    /// <summary>The handle is not to be used again.</summary>
    public void DropHandle() => _handle = null;

    /// <summary>The connection ended.</summary>
    /// <param name="refused">Because Gemini refused something, which must not be sent again.</param>
    public void ConnectionEnded(bool refused)
    {
        AgentSpeaks = false;
        if (refused)
        {
            DropHandle();
            uplink.ForgetSent();
        }
    }
}
