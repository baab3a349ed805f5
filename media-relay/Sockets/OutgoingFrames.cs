using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PhoneAgent.MediaRelay.Sockets;

/// <summary>
/// Frames on their way out, in a buffer that is taken with the first of them and given back when they are out: hundreds of connections then share few,
/// which stay in the processor's cache. Not thread-safe.
/// </summary>
/// <param name="masks">Whether this end is a client.</param>
internal sealed class OutgoingFrames(bool masks) : IDisposable
{
    // Masking keys fetched at a time: they must not be predictable, and each fetch costs a system call.
    private const int KeysAhead = 1_024;

    // Of a thread, not of a connection: for the cache, too.
    [ThreadStatic]
    private static byte[]? s_keys;

    [ThreadStatic]
    private static int s_keysLeft;

    private byte[] _frames = [];
    private int _length;

    /// <summary>What was written since <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Written => _frames.AsMemory(0, _length);

    /// <summary>Writes an unfragmented frame behind the others.</summary>
    public void Write(WebSocketFrame.Opcode opcode, ReadOnlySpan<byte> payload)
    {
        var frame = Room(WebSocketFrame.MaxHeaderBytes + payload.Length);
        var mask = masks ? NextKey() : (uint?)null;
        var header = WebSocketFrame.WriteHeader(frame, opcode, payload.Length, mask);
        if (mask is { } key)
        {
            WebSocketFrame.Mask(payload, key, frame[header..]);
        }
        else
        {
            payload.CopyTo(frame[header..]);
        }

        _length += header + payload.Length;
    }

    /// <summary>What was written is out, or never will be.</summary>
    public void Clear()
    {
        _length = 0;
        if (_frames.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_frames);
            _frames = [];
        }
    }

    /// <inheritdoc />
    public void Dispose() => Clear();

    private Span<byte> Room(int more)
    {
        if (_frames.Length - _length < more)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_length + more);
            var written = Written;
            written.CopyTo(larger);
            Clear();
            (_frames, _length) = (larger, written.Length);
        }

        return _frames.AsSpan(_length);
    }

    private static uint NextKey()
    {
        var keys = s_keys ??= new byte[KeysAhead * sizeof(uint)];
        if (s_keysLeft == 0)
        {
            RandomNumberGenerator.Fill(keys);
            s_keysLeft = KeysAhead;
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(keys.AsSpan(--s_keysLeft * sizeof(uint)));
    }
}
