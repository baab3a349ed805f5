namespace PhoneAgent.Simulator.Load;

/// <summary>
/// What a caller of the load says: one level a frame of 20 ms. The first frames spell the call's number, so that the
/// session that hears them knows whose it is; from then on the level tells which frame it is, so that a lost, repeated or
/// foreign one shows.
/// </summary>
internal static class CallerSignal
{
    /// <summary>Frames that spell the number.</summary>
    public const int PreambleFrames = 8;

    /// <summary>Numbers go from 0 to one less than this.</summary>
    public const int MaxCalls = 4096;

    /// <summary>The level of a frame.</summary>
    public static int Level(int call, int frame) => frame switch
    {
        0 => 15,
        1 => 0,
        2 => 15,
        3 => (call >> 8) & 15,
        4 => (call >> 4) & 15,
        5 => call & 15,
        6 => Levels.Wrap(~((call >> 8) + (call >> 4) + call)),
        7 => 0,
        _ => Levels.Wrap(frame + (5L * call)),
    };

    /// <summary>The call's number, from its first frames; false when they spell none.</summary>
    public static bool TryRead(ReadOnlySpan<int> levels, out int call)
    {
        call = (levels[3] << 8) | (levels[4] << 4) | levels[5];
        for (var frame = 0; frame < PreambleFrames; frame++)
        {
            if (levels[frame] != Level(call, frame))
            {
                return false;
            }
        }

        return true;
    }
}
