namespace PhoneAgent.Simulator.Phone;

/// <summary>Draws Twilio's names: two letters and 32 hexadecimal digits. Source: https://www.twilio.com/docs/glossary/what-is-a-sid</summary>
internal static class Sids
{
    public static string New(string prefix, Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (random) // a seeded Random is not safe for two calls at once
        {
            random.NextBytes(bytes);
        }

        return prefix + Convert.ToHexStringLower(bytes);
    }
}
