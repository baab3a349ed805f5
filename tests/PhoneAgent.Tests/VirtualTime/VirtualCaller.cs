using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.Tests.VirtualTime;

/// <summary>
/// The person on the phone: silent but for what they are told to say. No stretch of their sound is like another, so whoever heard some of
/// it can be asked which.
/// </summary>
internal sealed class VirtualCaller(VirtualClock time, VirtualPhone phone, bool keepsSound = true)
{
    private readonly List<byte> _sound = [];
    private TimeSpan _speaksUntil;
    private long _sent;

    /// <summary>What was said, with the samples of 8 kHz it is in.</summary>
    public List<(string Text, long From, long To)> Said { get; } = [];

    /// <summary>All that was sent, as PCM16 of 16 kHz.</summary>
    public short[] Sound16k()
    {
        var pcm8k = new short[_sound.Count];
        var pcm16k = new short[2 * _sound.Count];
        MuLaw.Decode(_sound.ToArray(), pcm8k);
        new Upsampler8To16().Process(pcm8k, pcm16k);
        return pcm16k;
    }

    /// <summary>What somebody heard who heard this sound: whose words the middle of it belongs to.</summary>
    public string? Transcribe(short[] heard, long from, long to)
    {
        var middle = (int)((from + to) / 2);
        var piece = heard.AsSpan(middle, Math.Min(64, heard.Length - middle));
        var at = Sound16k().AsSpan().IndexOf(piece) / 2;
        return Said.LastOrDefault(one => one.From <= at && at < one.To).Text;
    }

    /// <summary>Sends a frame every 20 ms until the line is closed.</summary>
    public async Task BeOnTheLineAsync()
    {
        var began = time.Elapsed;
        for (var i = 1; phone.IsOpen; i++)
        {
            var frame = new byte[Telephony.FrameBytes];
            var loud = time.Elapsed < _speaksUntil;
            for (var at = 0; at < frame.Length; at++)
            {
                frame[at] = Sample(_sent + at, loud);
            }

            _sent += frame.Length;
            if (keepsSound)
            {
                _sound.AddRange(frame);
            }

            await phone.SendFrameAsync(frame);
            await time.Pass(began + (i * TimeSpan.FromMilliseconds(20)) - time.Elapsed);
        }
    }

    /// <summary>Says something, to its end.</summary>
    public async Task Says(string text, double seconds = 1)
    {
        var duration = TimeSpan.FromSeconds(seconds);
        Said.Add((text, _sent, _sent + Telephony.PhoneBytes(duration)));
        _speaksUntil = time.Elapsed + duration;
        await time.Pass(duration);
    }

    /// <summary>Waits until the agent was heard, and then was silent for a while. False when it was not heard in time.</summary>
    public async Task<bool> Hears(double withinSeconds = 45)
    {
        var since = time.Elapsed;
        while (phone.SoundedAt <= since || phone.PlayedOutAt + TimeSpan.FromSeconds(0.8) > time.Elapsed)
        {
            if (!phone.IsOpen || time.Elapsed - since > TimeSpan.FromSeconds(withinSeconds))
            {
                return false;
            }

            await time.Pass(TimeSpan.FromMilliseconds(100));
        }

        return true;
    }

    /// <summary>Waits until the agent begins to be heard. False when it does not in time.</summary>
    public async Task<bool> HearsBeginning(double withinSeconds = 45)
    {
        var since = time.Elapsed;
        while (phone.SoundedAt <= since)
        {
            if (!phone.IsOpen || time.Elapsed - since > TimeSpan.FromSeconds(withinSeconds))
            {
                return false;
            }

            await time.Pass(TimeSpan.FromMilliseconds(20));
        }

        return true;
    }

    // Loud samples have their seven bits from 0x10 to 0x4F (µ-law: the smaller the louder), silent ones from 0x70 on.
    private static byte Sample(long position, bool loud)
    {
        var mixed = (ulong)position * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9;
        mixed ^= mixed >> 32;
        var sign = (byte)(mixed & 0x80);
        return (byte)(sign | (loud ? 0x10 + (int)(mixed % 0x40) : 0x70 + (int)(mixed % 0x10)));
    }
}
