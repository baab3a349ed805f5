using System.Buffers;
using System.Runtime.InteropServices;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.MediaRelay.Calls;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>
/// The agent as the phone hears it: PCM16 of 24 kHz becomes µ-law for the <see cref="Conversation"/>. Belongs to the one loop
/// that reads a connection.
/// </summary>
internal sealed class AgentVoice(Conversation conversation)
{
    // Converted at a time; a message's usual 40 ms pass in one go.
    private const int Slice = 100 * Telephony.GeminiOutputRate / 1_000;

    // A message's usual 40 ms have room on the stack.
    private const int UsualBytes = 4_096;

    private readonly Downsampler24To8 _downsampler = new();
    private bool _sounding;

    /// <summary>Says one piece of audio of a message; false when it is not base64.</summary>
    public bool TrySpeak(ServerMessage message, int part, ReadOnlySpan<byte> utf8)
    {
        var needed = message.MaxAudioBytes(part);
        var rented = needed > UsualBytes ? ArrayPool<byte>.Shared.Rent(needed) : null;
        var pcm = rented ?? stackalloc byte[needed];
        var isAudio = message.TryDecodeAudio(part, utf8, pcm, out var length);
        if (isAudio)
        {
            var pcm24k = MemoryMarshal.Cast<byte, short>(pcm[..(length & ~1)]);
            for (var at = 0; at < pcm24k.Length; at += Slice)
            {
                Speak(pcm24k.Slice(at, Math.Min(Slice, pcm24k.Length - at)));
            }
        }

        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return isAudio;
    }

    /// <summary>Ends a turn: the filter still holds its last milliseconds, and silence behind them brings them out.</summary>
    public void FadeOut()
    {
        if (!_sounding)
        {
            return;
        }

        Span<short> silence24k = stackalloc short[3 * Downsampler24To8.TailSamples];
        Span<short> pcm8k = stackalloc short[Downsampler24To8.TailSamples + 1];
        Span<byte> mulaw = stackalloc byte[pcm8k.Length];
        silence24k.Clear();
        var length = _downsampler.Process(silence24k, pcm8k);
        MuLaw.Encode(pcm8k[..length], mulaw);
        conversation.AgentFadedOut(mulaw[..length]);
        FallSilent();
    }

    /// <summary>Forgets what the filter holds: the turn was cut off.</summary>
    public void FallSilent()
    {
        _downsampler.Reset();
        _sounding = false;
    }

    private void Speak(ReadOnlySpan<short> pcm24k)
    {
        Span<short> pcm8k = stackalloc short[(Slice / 3) + 1];
        Span<byte> mulaw = stackalloc byte[pcm8k.Length];
        var length = _downsampler.Process(pcm24k, pcm8k);
        MuLaw.Encode(pcm8k[..length], mulaw);
        _sounding = true;
        conversation.AgentSpoke(mulaw[..length]);
    }
}
