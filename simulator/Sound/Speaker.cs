namespace PhoneAgent.Simulator.Sound;

/// <summary>Who of a conversation speaks; the two sound different.</summary>
public enum Speaker
{
    /// <summary>The person on the phone.</summary>
    Caller,

    /// <summary>The voice that answers.</summary>
    Agent,
}
