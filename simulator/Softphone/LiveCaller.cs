using System.Collections.Concurrent;
using System.Threading.Channels;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;

namespace PhoneAgent.Simulator.Softphone;

/// <summary>
/// A caller whose voice comes from outside, frame by frame, and whose ear goes there: the person at the softphone. Frames come
/// with the page's jitter: 80 ms are gathered before they are played, what came in a lump is caught up with in pauses, where nobody misses
/// a frame, and more than a second is dropped, so that a stall does not stay as delay.
/// </summary>
internal sealed class LiveCaller : ICaller
{
    private const int TargetFrames = 4;
    private const int MostFrames = 50;
    private const int Quiet = 300; // of 32,124
    private const int HeardFrames = 250;

    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _said = new();
    private readonly ConcurrentQueue<char> _digits = new();
    private readonly Random _random = new();

    // The page reads late: it hears the newest five seconds.
    private readonly Channel<byte[]> _heard = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(HeardFrames) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private bool _playing;
    private volatile bool _hangsUp;
    private volatile bool _noisy;
    private volatile bool _lossy;
    private volatile bool _losesStream;

    /// <summary>What is heard, 20 ms each; ends never.</summary>
    public ChannelReader<byte[]> Heard => _heard.Reader;

    /// <inheritdoc />
    public string? Complaint => null;

    /// <summary>Noise on the line, about 20 dB under speech.</summary>
    public bool Noisy { set => _noisy = value; }

    /// <summary>Every fifth frame is lost.</summary>
    public bool Lossy { set => _lossy = value; }

    /// <summary>Says 20 ms of µ-law.</summary>
    public void Say(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            if (_said.Count == MostFrames)
            {
                _said.Dequeue();
            }

            _said.Enqueue(frame.ToArray());
        }
    }

    /// <summary>Presses a key, 0–9, * or #; a hundred at most wait.</summary>
    public void Press(char digit)
    {
        if (_digits.Count < 100)
        {
            _digits.Enqueue(digit);
        }
    }

    /// <summary>Puts the phone down.</summary>
    public void HangUp() => _hangsUp = true;

    /// <summary>Breaks the media stream, as a network does.</summary>
    public void LoseStream() => _losesStream = true;

    /// <inheritdoc />
    public CallerFrame NextFrame(CallMoment now, Span<byte> mulaw)
    {
        if (!now.Heard.IsEmpty)
        {
            _heard.Writer.TryWrite(now.Heard.ToArray());
        }

        lock (_gate)
        {
            if (NextSaid() is { } frame && !(_lossy && _random.Next(5) == 0))
            {
                frame.CopyTo(mulaw);
            }
        }

        if (_noisy)
        {
            AddNoise(mulaw);
        }

        var losesStream = _losesStream;
        _losesStream = false;
        return new CallerFrame(Digit: _digits.TryDequeue(out var digit) ? digit : null, HangsUp: _hangsUp, LosesStream: losesStream);
    }

    private byte[]? NextSaid()
    {
        while (_said.Count > TargetFrames && IsQuiet(_said.Peek()))
        {
            _said.Dequeue();
        }

        _playing = _said.Count >= TargetFrames || (_playing && _said.Count > 0);
        return _playing ? _said.Dequeue() : null;
    }

    private static bool IsQuiet(byte[] frame) => frame.All(code => Math.Abs((int)Sound.G711.FromMuLaw(code)) < Quiet);

    private void AddNoise(Span<byte> mulaw)
    {
        Span<short> noisy = stackalloc short[LineFrames.Bytes];
        for (var i = 0; i < mulaw.Length; i++)
        {
            noisy[i] = (short)Math.Clamp(Sound.G711.FromMuLaw(mulaw[i]) + _random.Next(-1_000, 1_001), short.MinValue, short.MaxValue);
        }

        MuLaw.Encode(noisy[..mulaw.Length], mulaw);
    }
}
