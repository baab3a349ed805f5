namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// Keeps in the log what another replica can go on with should this one die: the newest handle, once the caller has heard all that it
/// holds. At most one after each turn, and otherwise every half minute; it travels with the other facts.
/// </summary>
/// <param name="seat">Whose session has the handle.</param>
/// <param name="conversation">Knows what was heard.</param>
/// <param name="journal">Takes the facts.</param>
/// <param name="time">The clock.</param>
internal sealed class SessionSaver(AgentSeat seat, Conversation conversation, CallJournal journal, TimeProvider time)
{
    private static readonly TimeSpan AtLeastEvery = TimeSpan.FromSeconds(30);

    private string? _handle;
    private long _facts;
    private long _at;

    /// <summary>Looks about once a second.</summary>
    public void Look()
    {
        if (!conversation.Progress.IsDone || seat.Session.Saved is not { } saved || saved.Handle == _handle)
        {
            return;
        }

        if (_handle is null || journal.Facts > _facts || time.GetElapsedTime(_at) >= AtLeastEvery)
        {
            journal.Add(saved);
            (_handle, _facts, _at) = (saved.Handle, journal.Facts, time.GetTimestamp());
        }
    }
}
