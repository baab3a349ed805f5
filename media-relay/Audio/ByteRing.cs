using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PhoneAgent.MediaRelay.Audio;

/// <summary>
/// A first-in-first-out store of bytes addressed by absolute position: the first byte ever appended is 0. It takes 4 kB, half a second of µ-law,
/// at a time from blocks that all rings share, and gives each back when its last byte is forgotten; beyond its limit it drops the oldest.
/// Not thread-safe.
/// </summary>
internal sealed class ByteRing : IDisposable
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = 1 << BlockBits;

    private const int BlockBits = 12;

    // What lies unused is at most 4 MB.
    private static readonly ArrayPool<byte> Pool = ArrayPool<byte>.Create(BlockBytes, maxArraysPerBucket: 1_024);

    private readonly int _limit;

    // A block's place is its number's low bits.
    private byte[]?[] _blocks = new byte[]?[8];

    // The block written last, without the way through the others: what only one call touches is not in the processor's cache, and each place costs.
    private byte[] _newest = [];
    private long _newestNumber = -1;

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

    /// <summary>Blocks taken from those that are shared.</summary>
    public int Blocks => _blocks.Count(block => block is not null);

    /// <summary>Appends; returns how many of the oldest bytes were dropped for it.</summary>
    public int Append(ReadOnlySpan<byte> bytes)
    {
        var dropped = Math.Max(0, Count + bytes.Length - _limit);
        var held = Math.Min(dropped, Count);
        Release(Start + held);
        if (dropped > held)
        {
            Skip(dropped - held);
            bytes = bytes[(dropped - held)..];
        }

        while (!bytes.IsEmpty)
        {
            var room = BlockToFill();
            var length = Math.Min(bytes.Length, room.Length);
            bytes[..length].CopyTo(room);
            bytes = bytes[length..];
            End += length;
        }

        return dropped;
    }

    /// <summary>Copies what is held from <paramref name="position"/> on, as much as fits; returns how much that was.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is not within [Start, End].</exception>
    public int Copy(long position, Span<byte> into)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(position, Start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, End);
        var length = (int)Math.Min(End - position, into.Length);
        for (var copied = 0; copied < length;)
        {
            var from = Rest(position + copied >> BlockBits == _newestNumber ? _newest : Block(position + copied)!, position + copied);
            var next = Math.Min(length - copied, from.Length);
            from[..next].CopyTo(into[copied..]);
            copied += next;
        }

        return length;
    }

    /// <summary>Forgets everything before <paramref name="position"/>.</summary>
    public void Release(long position)
    {
        var start = Math.Clamp(position, Start, End);
        for (var block = Start >> BlockBits; block < start >> BlockBits; block++)
        {
            GiveBack(block);
        }

        Start = start;
    }

    /// <summary>Gives the blocks back; the ring is empty then and may be used again.</summary>
    public void Dispose()
    {
        Release(End);
        GiveBack(End >> BlockBits);
    }

    private static int OffsetOf(long position) => (int)(position & (BlockBytes - 1));

    private ref byte[]? Block(long position) => ref _blocks[(int)(position >> BlockBits) & (_blocks.Length - 1)];

    // A block from a position on, without a look at its length, which stands where nothing else is needed.
    private static Span<byte> Rest(byte[] block, long position)
    {
        var offset = OffsetOf(position);
        return MemoryMarshal.CreateSpan(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(block), offset), BlockBytes - offset);
    }

    private Span<byte> BlockToFill()
    {
        if (End >> BlockBits != _newestNumber)
        {
            if ((End >> BlockBits) - (Start >> BlockBits) >= _blocks.Length)
            {
                Widen();
            }

            ref var block = ref Block(End);
            block ??= Pool.Rent(BlockBytes);
            (_newest, _newestNumber) = (block, End >> BlockBits);
        }

        return Rest(_newest, End);
    }

    // Of an empty ring, without bytes.
    private void Skip(int bytes)
    {
        Dispose();
        Start = End += bytes;
    }

    private void GiveBack(long number)
    {
        ref var block = ref Block(number << BlockBits);
        if (block is not null)
        {
            Pool.Return(block);
            block = null;
            if (number == _newestNumber)
            {
                (_newest, _newestNumber) = ([], -1);
            }
        }
    }

    private void Widen()
    {
        var wider = new byte[]?[2 * _blocks.Length];
        for (var number = Start >> BlockBits; number << BlockBits < End; number++)
        {
            wider[(int)number & (wider.Length - 1)] = Block(number << BlockBits);
        }

        _blocks = wider;
    }
}
