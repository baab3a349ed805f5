namespace PhoneAgent.Tests.Relay;

/// <summary>JSON that is almost what somebody wrote.</summary>
internal static class Mutations
{
    /// <summary>One to three edits: a byte changed, removed, doubled, or a stretch moved.</summary>
    public static byte[] Of(byte[] utf8, Random random)
    {
        var bytes = utf8.ToList();
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = "\"\\{}[]:,0aZ+/= \n"u8[random.Next(16)];
                    break;
                case 2:
                    bytes.RemoveAt(at);
                    break;
                case 3:
                    bytes.Insert(at, bytes[random.Next(bytes.Count)]);
                    break;
                default:
                    var length = Math.Min(random.Next(1, 20), bytes.Count - at);
                    var stretch = bytes.GetRange(at, length);
                    bytes.RemoveRange(at, length);
                    bytes.InsertRange(random.Next(bytes.Count + 1), stretch);
                    break;
            }
        }

        return [.. bytes];
    }
}
