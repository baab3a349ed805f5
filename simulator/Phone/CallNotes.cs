namespace PhoneAgent.Simulator.Phone;

/// <summary>What is noted down while a call runs; several threads write.</summary>
internal sealed class CallNotes(Action<PhoneEvent>? onEvent)
{
    private readonly Lock _gate = new();
    private readonly List<TwilioError> _errors = [];

    /// <summary>The call's clock, once it is answered.</summary>
    public Func<int> Clock { private get; set; } = static () => 0;

    public int AtMs => Clock();

    public List<FetchedDocument> Documents { get; } = [];

    public List<Streams.StreamSummary> Streams { get; } = [];

    public List<string> Announcements { get; } = [];

    /// <summary>What dialled persons were told.</summary>
    public List<string> Whispers { get; } = [];

    public void Log(TwilioError error)
    {
        lock (_gate)
        {
            _errors.Add(error);
        }

        Tell(new ErrorLogged(AtMs, error));
    }

    /// <summary>Passes an event on, one at a time.</summary>
    public void Tell(PhoneEvent happened)
    {
        lock (_gate)
        {
            onEvent?.Invoke(happened);
        }
    }

    public IReadOnlyList<TwilioError> Errors()
    {
        lock (_gate)
        {
            return [.. _errors];
        }
    }
}
