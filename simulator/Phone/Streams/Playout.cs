namespace PhoneAgent.Simulator.Phone.Streams;

/// <summary>
/// What Twilio does with the audio a server sends: queues it, plays it at real time into the call, gives each mark back
/// when the audio before it was played. It has no clock: whoever holds it says how far time has come, in samples since
/// the call was answered. Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages
/// </summary>
/// <param name="capacityBytes">How much may wait; Twilio does not document its own figure.</param>
public sealed class Playout(int capacityBytes = Playout.DefaultCapacityBytes)
{
    /// <summary>60 s of audio, far more than a server that keeps to a bounded lead ever has waiting.</summary>
    public const int DefaultCapacityBytes = 60 * 1000 * LineFrames.BytesPerMs;

    /// <summary>The buffer running dry for less than this, in the middle of a reply, is heard as a hole in the speech.</summary>
    public const int LongestGapMs = 400;

    private readonly Queue<ReadOnlyMemory<byte>> _audio = new();
    private readonly Queue<(string Name, long After)> _marks = new();
    private readonly AudioTimeline _heard = new();
    private readonly List<PlayoutGap> _gaps = [];
    private int _headPlayed;
    private long? _ranDryAt;
    private long _received;
    private long _left;

    /// <summary>How far time has come.</summary>
    public long Position => _heard.Length;

    /// <summary>Audio waiting to be played.</summary>
    public int BufferedBytes => (int)(_received - _left);

    /// <summary>Audio the caller was given to hear.</summary>
    public long PlayedBytes { get; private set; }

    /// <summary>Audio dropped by <c>clear</c>.</summary>
    public long ClearedBytes { get; private set; }

    /// <summary>Audio dropped because the stream ended before it was played.</summary>
    public long CutOffBytes { get; private set; }

    /// <summary>Audio dropped because too much was waiting.</summary>
    public long OverflowBytes { get; private set; }

    /// <summary>The holes in the agent's speech.</summary>
    public IReadOnlyList<PlayoutGap> Gaps => _gaps;

    /// <summary>What the caller heard so far, silence where nothing was buffered.</summary>
    public byte[] Heard() => _heard.ToArray();

    /// <summary>A piece of what the caller heard.</summary>
    public ReadOnlySpan<byte> Heard(long begin, int count) => _heard.Slice((int)begin, count);

    /// <summary>Plays until <paramref name="position"/>; going back is not possible, asking for it does nothing.</summary>
    /// <returns>The marks whose audio has now been played, in order.</returns>
    public IReadOnlyList<string> Advance(long position)
    {
        while (Position < position && _audio.TryPeek(out var piece))
        {
            var rest = piece[_headPlayed..];
            var played = (int)Math.Min(rest.Length, position - Position);
            _heard.Append(rest.Span[..played]);
            PlayedBytes += played;
            _left += played;
            _headPlayed += played;
            if (_headPlayed == piece.Length)
            {
                _audio.Dequeue();
                _headPlayed = 0;
            }

            if (BufferedBytes == 0)
            {
                _ranDryAt = Position;
            }
        }

        if (Position < position)
        {
            _heard.AppendSilence((int)(position - Position));
        }

        return TakeReachedMarks();
    }

    /// <summary>Queues audio that arrived now.</summary>
    /// <returns>False if it did not fit and was dropped.</returns>
    public bool Enqueue(ReadOnlyMemory<byte> audio)
    {
        if (BufferedBytes + audio.Length > capacityBytes)
        {
            OverflowBytes += audio.Length;
            return false;
        }

        if (audio.IsEmpty)
        {
            return true;
        }

        if (_ranDryAt is { } dry && Position > dry && Position - dry < LongestGapMs * LineFrames.BytesPerMs)
        {
            _gaps.Add(new PlayoutGap((int)(dry / LineFrames.BytesPerMs), (double)(Position - dry) / LineFrames.BytesPerMs));
        }

        _ranDryAt = null;
        _received += audio.Length;
        _audio.Enqueue(audio);
        return true;
    }

    /// <summary>Takes a mark that arrived now.</summary>
    /// <returns>The mark itself when nothing is buffered, else nothing.</returns>
    public IReadOnlyList<string> Mark(string name)
    {
        _marks.Enqueue((name, _received));
        return TakeReachedMarks();
    }

    /// <summary>Drops what is buffered.</summary>
    /// <returns>All pending marks: Twilio sends them back although their audio was never heard.</returns>
    public IReadOnlyList<string> Clear()
    {
        ClearedBytes += DropAudio();
        return TakeReachedMarks();
    }

    /// <summary>The stream is over: what it left in the buffer is never heard and its marks go nowhere.</summary>
    public void EndStream()
    {
        CutOffBytes += DropAudio();
        _marks.Clear();
    }

    private int DropAudio()
    {
        var dropped = BufferedBytes;
        _audio.Clear();
        _headPlayed = 0;
        _left = _received;
        _ranDryAt = null;
        return dropped;
    }

    private string[] TakeReachedMarks()
    {
        if (!_marks.TryPeek(out var next) || next.After > _left)
        {
            return [];
        }

        var reached = new List<string>();
        while (_marks.TryPeek(out next) && next.After <= _left)
        {
            reached.Add(_marks.Dequeue().Name);
        }

        return [.. reached];
    }
}

/// <summary>A hole in the agent's speech: the buffer was empty although more of the reply came.</summary>
/// <param name="AtMs">When it began, since the call was answered.</param>
/// <param name="Ms">How long it lasted.</param>
public sealed record PlayoutGap(int AtMs, double Ms);
