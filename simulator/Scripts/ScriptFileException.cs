namespace PhoneAgent.Simulator.Scripts;

/// <summary>A conversation script cannot be used. The message is one line for a person: file, key, what is wrong.</summary>
public sealed class ScriptFileException : Exception
{
    /// <summary>Without a cause; kept for the pattern only.</summary>
    public ScriptFileException()
    {
    }

    /// <summary>With the line to show.</summary>
    public ScriptFileException(string message)
        : base(message)
    {
    }

    /// <summary>With the line to show and what led to it.</summary>
    public ScriptFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
