using System.Diagnostics;
using System.Net.Sockets;

namespace PhoneAgent.Simulator.Load;

/// <summary>
/// Twilio's side of one call: a frame every 20 ms, marks back when their audio was played. Belongs to the thread of
/// the <see cref="Metronome"/>.
/// </summary>
internal sealed class LoadPhone : IFrameReader
{
    private const int RememberedFrames = 1024; // 20 s

    private readonly StepMeter _meter;
    private readonly AgentSpeech _speech;
    private readonly TwilioMessages _messages;
    private readonly PhonePlayout _playout = new();
    private readonly long[] _sentAt = new long[RememberedFrames];
    private readonly int _number;
    private int _frames;
    private volatile bool _talking;
    private volatile string? _ended;

    /// <summary>Takes over an open stream.</summary>
    public LoadPhone(int number, Socket socket, ReadOnlySpan<byte> leftOver, TwilioMessages messages, AgentSpeech speech, StepMeter meter)
    {
        _number = number;
        _messages = messages;
        _speech = speech;
        _meter = meter;
        Socket = new FrameSocket(socket, isClient: true, this, leftOver);
    }

    /// <summary>Its stream.</summary>
    public FrameSocket Socket { get; }

    /// <summary>Frames sent.</summary>
    public int Frames => Volatile.Read(ref _frames);

    /// <summary>How the stream ended; null while it lasts.</summary>
    public string? Ended => _ended;

    /// <summary>When a frame was sent.</summary>
    public long SentAt(int frame) => Volatile.Read(ref _sentAt[frame % RememberedFrames]);

    /// <summary>Sends what opens a stream, then talks.</summary>
    public void Start()
    {
        Span<byte> buffer = stackalloc byte[TwilioMessages.MaxBytes];
        Socket.SendText(buffer[..TwilioMessages.Connected(buffer)]);
        Socket.SendText(buffer[.._messages.Start(buffer)]);
        _talking = true;
    }

    /// <summary>Sends no more frames.</summary>
    public void FallSilent() => _talking = false;

    /// <summary>Hangs up: the relay now ends the stream.</summary>
    public void HangUp()
    {
        Span<byte> buffer = stackalloc byte[TwilioMessages.MaxBytes];
        Socket.SendText(buffer[.._messages.Stop(buffer)]);
    }

    /// <summary>Every 20 ms.</summary>
    /// <param name="now">The time.</param>
    /// <param name="buffer">The ticking thread's scratch, <see cref="TwilioMessages.MaxBytes"/> long.</param>
    public void Tick(long now, Span<byte> buffer)
    {
        if (_ended is not null)
        {
            return;
        }

        SendMarks(now, buffer);
        if (!_talking)
        {
            return;
        }

        var length = _messages.Media(_frames, CallerSignal.Level(_number, _frames), buffer);
        Volatile.Write(ref _sentAt[_frames % RememberedFrames], Stopwatch.GetTimestamp());
        if (Socket.SendText(buffer[..length]))
        {
            _meter.FrameSent();
            Volatile.Write(ref _frames, _frames + 1);
        }
    }

    /// <inheritdoc />
    public void OnMessage(ReadOnlySpan<byte> utf8, long receivedAt)
    {
        var what = WireText.StringMember(utf8, "\"event\""u8);
        if (what.SequenceEqual("media"u8))
        {
            Play(Base64Audio.MuLaw(WireText.StringMember(utf8, "\"payload\""u8)), receivedAt);
        }
        else if (what.SequenceEqual("mark"u8))
        {
            _playout.Mark(WireText.StringMember(utf8, "\"name\""u8));
        }
        else if (what.SequenceEqual("clear"u8))
        {
            _speech.Cleared(receivedAt);
            _playout.Clear(receivedAt);
        }
    }

    /// <inheritdoc />
    public void OnEnded(string how) => _ended = how;

    private void Play(in Base64Audio audio, long now)
    {
        var goesOn = _speech.Heard(audio, now);
        var dry = _playout.Add(audio.Length, now);
        if (goesOn && dry > 0)
        {
            _meter.Gap(dry);
        }
    }

    private void SendMarks(long now, Span<byte> buffer)
    {
        Span<byte> name = stackalloc byte[64];
        for (var length = _playout.TakeMark(now, name); length > 0; length = _playout.TakeMark(now, name))
        {
            Socket.SendText(buffer[.._messages.Mark(name[..length], buffer)]);
        }
    }
}
