namespace PhoneAgent.Tests.Audio;

/// <summary>
/// ITU-T G.711 (11/88) table 2a (µ-law, positive values) as the standard writes it down: decision values x and quantised
/// values y in units of 1/8159 of the overload level, and the character signal of each interval. Sixteen-bit samples are
/// these values times four. The negative half (table 2b) is the same with the first bit 0.
/// </summary>
internal static class ItuMuLawTable
{
    /// <summary>A sixteen-bit sample per unit of the standard.</summary>
    public const int Unit = 4;

    // The column "value at segment end points": 0 and 31 bound the first segment, 8159 ends the eighth.
    private static readonly int[] SegmentEnds = [0, 31, 95, 223, 479, 991, 2015, 4063, 8159];

    // The column "number of intervals × interval size". The first segment has one interval of 1 before its 15 of 2.
    private static readonly int[] IntervalSizes = [2, 4, 8, 16, 32, 64, 128, 256];

    /// <summary>Decision values x(1) … x(129) with x(1) = 0, so interval n lies between x[n − 1] and x[n] here.</summary>
    public static int[] DecisionValues { get; } = Decisions();

    /// <summary>Quantised values y(1) … y(128): zero, then the middle of each interval.</summary>
    public static int[] QuantisedValues { get; } = Quantised();

    /// <summary>
    /// The character signal of interval n (from 0) of the positive half. The standard numbers 1111 1111 for the smallest
    /// and 1000 0000 for the largest, counting down.
    /// </summary>
    public static byte PositiveCode(int interval) => (byte)(0b1111_1111 - interval);

    public static byte NegativeCode(int interval) => (byte)(0b0111_1111 - interval);

    private static int[] Decisions()
    {
        var values = new List<int> { 0, 1 };
        for (var segment = 0; segment < 8; segment++)
        {
            while (values[^1] < SegmentEnds[segment + 1])
            {
                values.Add(values[^1] + IntervalSizes[segment]);
            }
        }

        return [.. values];
    }

    private static int[] Quantised()
    {
        var values = new int[128];
        for (var n = 1; n < values.Length; n++)
        {
            values[n] = (DecisionValues[n] + DecisionValues[n + 1]) / 2;
        }

        return values;
    }
}
