using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.Tests.Audio;

public sealed class ByteRingTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(ByteRing.BlockBytes)]
    [InlineData(ByteRing.BlockBytes + 1)]
    [InlineData(240_000)]
    public void It_holds_what_a_list_of_all_bytes_would(int limit)
    {
        var random = new Random(limit);
        using var ring = new ByteRing(limit);
        var (all, start, dropped) = (new List<byte>(), 0L, 0L);
        for (var step = 0; step < 2_000; step++)
        {
            switch (random.Next(0, 10))
            {
                case < 6:
                    var bytes = new byte[random.Next(0, random.Next(0, 50) == 0 ? 2 * limit : Math.Min(limit, 3_000))];
                    random.NextBytes(bytes);
                    all.AddRange(bytes);
                    var excess = Math.Max(0, all.Count - start - limit);
                    Assert.Equal(excess, ring.Append(bytes));
                    start += excess;
                    dropped += excess;
                    break;
                case < 9:
                    var position = random.NextInt64(start - 10, all.Count + 10);
                    ring.Release(position);
                    start = Math.Clamp(position, start, all.Count);
                    break;
                case 9 when random.Next(0, 20) == 0:
                    ring.Dispose();
                    start = all.Count;
                    break;
            }

            Assert.Equal((start, all.Count), (ring.Start, ring.End));
            var from = random.NextInt64(start, all.Count + 1);
            var copy = new byte[random.Next(0, limit + 10)];
            var length = ring.Copy(from, copy);
            Assert.Equal(Math.Min(copy.Length, all.Count - from), length);
            Assert.True(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(all).Slice((int)from, length).SequenceEqual(copy.AsSpan(0, length)));
        }

        Assert.True(dropped > 0);
    }

    [Fact]
    public void It_has_only_the_blocks_that_what_it_holds_lies_in()
    {
        using var ring = new ByteRing(20 * ByteRing.BlockBytes);
        Assert.Equal(0, ring.Blocks);

        ring.Append(new byte[(10 * ByteRing.BlockBytes) + 1]);
        Assert.Equal(11, ring.Blocks);

        ring.Release((4 * ByteRing.BlockBytes) - 1);
        Assert.Equal(8, ring.Blocks);

        ring.Release(4 * ByteRing.BlockBytes);
        Assert.Equal(7, ring.Blocks);

        ring.Append(new byte[30 * ByteRing.BlockBytes]);
        Assert.Equal(21, ring.Blocks);

        ring.Release(ring.End);
        Assert.Equal(1, ring.Blocks);

        ring.Dispose();
        ring.Dispose();
        Assert.Equal(0, ring.Blocks);
    }

    [Fact]
    public void A_position_that_is_not_held_is_refused()
    {
        using var ring = new ByteRing(100);
        ring.Append(new byte[150]);

        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Copy(49, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Copy(151, new byte[1]));
        Assert.Equal(0, ring.Copy(150, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ByteRing(0));
    }
}
