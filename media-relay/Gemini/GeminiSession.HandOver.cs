using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Gemini;

/// <content>How the conversation leaves for another replica, and comes from one.</content>
internal sealed partial class GeminiSession
{
    /// <summary>
    /// The handle another replica can go on with as if nothing had been; null when there is none that holds all the agent has said, was
    /// told and asked for.
    /// </summary>
    public SessionSaved? Saved
    {
        get
        {
            lock (_lock)
            {
                return SavedNow;
            }
        }
    }

    /// <summary>Whether another replica could go on now without losing a word: all was heard and answered.</summary>
    public bool CanMove
    {
        get
        {
            lock (_lock)
            {
                return IsQuietNow && SavedNow is not null && _caller.LoudTo <= _point.From;
            }
        }
    }

    private SessionSaved? SavedNow => _point.Handle is { } handle && !_functions.HasOpen && !_uplink.HasUnconsumed
        ? new SessionSaved(handle, _model, _agent.Name) { At = _time.GetUtcNow() }
        : null;

    /// <summary>What another replica needs to go on.</summary>
    /// <param name="allHeard">Whether the caller has heard all the agent said: the handle's state says so in any case.</param>
    public HandedOver HandOver(bool allHeard)
    {
        lock (_lock)
        {
            var lost = _caller.LoudTo > _point.From ? _caller.Received - _point.From : 0;
            var lostMs = (int)(lost / Audio.Telephony.PhoneBytesPerMs) + (_agentActed ? 0 : _start.Carried.CallerMsLost);
            return new HandedOver(allHeard ? SavedNow : null, lostMs, _functions.Open() is { Count: > 0 } open ? open : null)
            {
                At = _time.GetUtcNow(),
            };
        }
    }

    // What an agent is told that comes from another replica, before it has said anything here; null when it need not notice.
    private string? ToldOnArrival(bool resumes) =>
        _agentActed || (resumes && _start.Carried is { IsHandedOver: true, CallerMsLost: 0 }) ? null : _agent.Greeting;
}
