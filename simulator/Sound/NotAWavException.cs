namespace PhoneAgent.Simulator.Sound;

/// <summary>A file that was to be heard is no WAV file, or one with sound that cannot be read. The message is one line for a person.</summary>
public sealed class NotAWavException : Exception
{
    /// <summary>Without a cause; kept for the pattern only.</summary>
    public NotAWavException()
    {
    }

    /// <summary>With the line to show.</summary>
    public NotAWavException(string message)
        : base(message)
    {
    }

    /// <summary>With the line to show and what led to it.</summary>
    public NotAWavException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
