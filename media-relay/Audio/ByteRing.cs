using System.Buffers;

namespace PhoneAgent.MediaRelay.Audio;

/// <summary>
/// A first-in-first-out store of µ-law bytes addressed by absolute position: the first byte ever appended is 0. It grows
/// by doubling up to its limit, then drops the oldest. Buffers come from the shared pool. Not thread-safe.
/// </summary>
internal sealed class ByteRing : IDisposable
{
    private const int FirstCapacity = 2_048;

    // Two seconds: an empty ring keeps this much, so that a conversation's usual ups and downs rent nothing.
    private const int KeptCapacity = 16_384;

    private readonly int _limit;
    private byte[] _bytes = [];

    /// <summary>Creates an empty ring that holds at most <paramref name="limit"/> bytes.</summary>
    public ByteRing(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        _limit = limit;
    }

    /// <summary>Position of the oldest byte held.</summary>
    public long Start { get; private set; }

    /// <summary>Position after the newest byte: how many were ever appended.</summary>
    public long End { get; private set; }

    /// <summary>How many bytes are held.</summary>
    public int Count => (int)(End - Start);

    /// <summary>Appends; returns how many of the oldest bytes were dropped for it.</summary>
    public int Append(ReadOnlySpan<byte> bytes)
    {
        var dropped = 0;
        if (bytes.Length > _limit)
        {
            dropped = bytes.Length - _limit;
            bytes = bytes[dropped..];
            Start = End += dropped;
        }

        var excess = Count + bytes.Length - _limit;
        if (excess > 0)
        {
            Start += excess;
            dropped += excess;
        }

        if (Count + bytes.Length > _bytes.Length)
        {
            Grow(Count + bytes.Length);
        }

        var at = (int)(End & (_bytes.Length - 1));
        var first = Math.Min(bytes.Length, _bytes.Length - at);
        bytes[..first].CopyTo(_bytes.AsSpan(at));
        bytes[first..].CopyTo(_bytes);
        End += bytes.Length;
        return dropped;
    }

    /// <summary>Copies what is held from <paramref name="position"/> on, as much as fits; returns how much that was.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is not within [Start, End].</exception>
    public int Copy(long position, Span<byte> into)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(position, Start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, End);
        var length = (int)Math.Min(End - position, into.Length);
        if (length == 0)
        {
            return 0;
        }

        var at = (int)(position & (_bytes.Length - 1));
        var first = Math.Min(length, _bytes.Length - at);
        _bytes.AsSpan(at, first).CopyTo(into);
        _bytes.AsSpan(0, length - first).CopyTo(into[first..]);
        return length;
    }

    /// <summary>Forgets everything before <paramref name="position"/>; a large buffer that became empty goes back to the pool.</summary>
    public void Release(long position)
    {
        Start = Math.Clamp(position, Start, End);
        if (Count == 0 && _bytes.Length > KeptCapacity)
        {
            Dispose();
        }
    }

    /// <summary>Gives the buffer back; the ring is empty then and may be used again.</summary>
    public void Dispose()
    {
        Start = End;
        var bytes = _bytes;
        _bytes = [];
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    // The pool rents powers of two, so a position's place is its low bits.
    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(needed, FirstCapacity)));
        var mask = larger.Length - 1;
        for (var position = Start; position < End;)
        {
            var from = (int)(position & (_bytes.Length - 1));
            var to = (int)(position & mask);
            var length = (int)Math.Min(End - position, Math.Min(_bytes.Length - from, larger.Length - to));
            _bytes.AsSpan(from, length).CopyTo(larger.AsSpan(to));
            position += length;
        }

        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = larger;
    }
}
