namespace PhoneAgent.Simulator.Sound;

/// <summary>
/// The simulator's own G.711 tables, apart from the relay's codec so that both cannot share a mistake.
/// Source: ITU-T G.711 (11/88), tables 1a–2b, https://www.itu.int/rec/T-REC-G.711
/// </summary>
public static class G711
{
    private static readonly short[] MuLaw = Table(MuLawValue);
    private static readonly short[] ALaw = Table(ALawValue);

    /// <summary>One µ-law code to 16-bit linear.</summary>
    public static short FromMuLaw(byte code) => MuLaw[code];

    /// <summary>One A-law code to 16-bit linear.</summary>
    public static short FromALaw(byte code) => ALaw[code];

    private static short[] Table(Func<int, int> value) =>
        [.. Enumerable.Range(0, 256).Select(code => (short)value(code))];

    // Decision values of the standard: segment start 33·2^s − 33, step 2·2^s, in 14 bits; here shifted to 16.
    private static int MuLawValue(int code)
    {
        var inverted = 255 - code;
        var segment = (inverted / 16) % 8;
        var magnitude = ((33 + (2 * (inverted % 16))) * (1 << segment)) - 33;
        return 4 * (inverted >= 128 ? -magnitude : magnitude);
    }

    // Even bits are inverted on the wire; 13-bit values, here shifted to 16.
    private static int ALawValue(int code)
    {
        var plain = code ^ 0x55;
        var segment = (plain / 16) % 8;
        var step = plain % 16;
        var magnitude = segment == 0 ? (2 * step) + 1 : ((2 * step) + 33) << (segment - 1);
        return 8 * (plain >= 128 ? magnitude : -magnitude);
    }
}
