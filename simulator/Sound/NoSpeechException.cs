namespace PhoneAgent.Simulator.Sound;

/// <summary>A text cannot be spoken: there is no clip of it and no synthesiser. The message is one line for a person.</summary>
public sealed class NoSpeechException : Exception
{
    /// <summary>Without a cause; kept for the pattern only.</summary>
    public NoSpeechException()
    {
    }

    /// <summary>With the line to show.</summary>
    public NoSpeechException(string message)
        : base(message)
    {
    }

    /// <summary>With the line to show and what led to it.</summary>
    public NoSpeechException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
