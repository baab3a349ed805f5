namespace PhoneAgent.Simulator.Phone;

/// <summary>The telephone line's unit of time: 20 ms of 8 kHz µ-law, one byte a sample.</summary>
public static class LineFrames
{
    /// <summary>Bytes, and samples, of one frame.</summary>
    public const int Bytes = 160;

    /// <summary>Milliseconds of one frame.</summary>
    public const int Ms = 20;

    /// <summary>Bytes, and samples, of one millisecond.</summary>
    public const int BytesPerMs = 8;

    /// <summary>Digital silence.</summary>
    public const byte Silence = 0xFF;
}
