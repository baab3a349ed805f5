using System.Buffers;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.MediaRelay.Calls;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>
/// The caller as Gemini hears them: takes µ-law from <see cref="CallerAudio"/> by position and makes PCM16 messages of 16 kHz
/// of it. Positions count samples of 8 kHz since the call began. Belongs to the loop that writes to the connection.
/// </summary>
internal sealed class CallerVoice(CallerAudio audio)
{
    // What piled up is sent faster than real time, but not in one lump.
    private const int MaxChunk = 100 * Telephony.PhoneBytesPerMs;

    // As many samples as the filter remembers: with them, a new connection's sound begins as the old one's would have gone on.
    private const int LeadIn = 35;

    private readonly Upsampler8To16 _upsampler = new();
    private byte[] _message = []; // taken for each message and given back: few for all calls, so that they stay in the processor's cache
    private int _pending;

    /// <summary>The position up to which audio was sent.</summary>
    public long Position { get; private set; }

    /// <summary>How much audio waited when the last message was sent.</summary>
    public TimeSpan Behind { get; private set; }

    /// <summary>The next message, valid until the next call; empty when nothing waits. Call <see cref="WasSent"/> once it is.</summary>
    /// <param name="upTo">The position not to go beyond.</param>
    public ReadOnlyMemory<byte> Next(long upTo)
    {
        Span<byte> mulaw = stackalloc byte[MaxChunk];
        var position = Position;
        _pending = audio.Read(ref position, mulaw[..(int)Math.Clamp(upTo - position, 0, MaxChunk)]);
        Position = position;
        if (_pending == 0)
        {
            return default;
        }

        Span<short> pcm8k = stackalloc short[_pending];
        Span<short> pcm16k = stackalloc short[2 * _pending];
        MuLaw.Decode(mulaw[.._pending], pcm8k);
        _upsampler.Process(pcm8k, pcm16k);
        GiveBack();
        _message = ArrayPool<byte>.Shared.Rent(ClientMessages.AudioLength(pcm16k.Length));
        return _message.AsMemory(0, ClientMessages.Audio(pcm16k, _message));
    }

    /// <summary>The message made last was sent. Returns how many samples of 8 kHz it held.</summary>
    public int WasSent()
    {
        GiveBack();
        Position += _pending;
        Behind = Telephony.PhoneDuration(audio.SentTo(Position) - Position);
        return _pending;
    }

    /// <summary>What lies before a position is not needed any more.</summary>
    public void Release(long position) => audio.Release(position - LeadIn);

    /// <summary>Goes on from a position, on a new connection.</summary>
    public void Rewind(long position)
    {
        Position = position;
        _upsampler.Reset();
        Span<byte> mulaw = stackalloc byte[LeadIn];
        Span<short> pcm8k = stackalloc short[LeadIn];
        Span<short> unheard = stackalloc short[2 * LeadIn];
        var before = Math.Max(audio.Oldest, position - LeadIn);
        if (before < position)
        {
            var length = audio.Read(ref before, mulaw[..(int)(position - before)]);
            MuLaw.Decode(mulaw[..length], pcm8k);
            _upsampler.Process(pcm8k[..length], unheard);
        }
    }

    private void GiveBack()
    {
        if (_message.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_message);
            _message = [];
        }
    }
}
