using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.MediaRelay.Calls;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>
/// The caller as Gemini hears them: takes µ-law from <see cref="CallerAudio"/> by position and makes PCM16 messages of 16 kHz
/// of it. Belongs to the one loop that writes to a connection; its filter's state is that connection's.
/// </summary>
internal sealed class CallerVoice(CallerAudio audio)
{
    // What piled up is sent faster than real time, but not in one lump.
    private const int MaxChunk = 100 * Telephony.PhoneBytesPerMs;

    private readonly Upsampler8To16 _upsampler = new();
    private readonly byte[] _message = new byte[ClientMessages.AudioLength(2 * MaxChunk)];
    private long _position;
    private int _pending;
    private long _sent;

    /// <summary>Samples of 8 kHz that were sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>The next message, valid until the next call; empty when nothing waits. Call <see cref="WasSent"/> once it is.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        Span<byte> mulaw = stackalloc byte[MaxChunk];
        _pending = audio.Read(ref _position, mulaw);
        if (_pending == 0)
        {
            return default;
        }

        Span<short> pcm8k = stackalloc short[MaxChunk];
        Span<short> pcm16k = stackalloc short[2 * MaxChunk];
        MuLaw.Decode(mulaw[.._pending], pcm8k);
        _upsampler.Process(pcm8k[.._pending], pcm16k);
        return _message.AsMemory(0, ClientMessages.Audio(pcm16k[..(2 * _pending)], _message));
    }

    /// <summary>The message made last was sent: its audio is not needed any more.</summary>
    public void WasSent()
    {
        _position += _pending;
        Interlocked.Add(ref _sent, _pending);
        audio.SentTo(_position);
        audio.Release(_position);
    }
}
