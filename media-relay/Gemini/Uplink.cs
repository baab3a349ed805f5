using System.Diagnostics.CodeAnalysis;
using PhoneAgent.MediaRelay.Calls;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>
/// All that goes to Gemini, over any number of connections: the caller's audio by position, and between it texts and
/// functions' answers. What was sent since the newest resumption handle stays here, because the state behind a handle lacks it:
/// a connection that resumes is sent it again, in the same order. Connections write one after the other; everything else may come from anywhere.
/// </summary>
internal sealed class Uplink(CallerAudio audio, Signal due, TimeProvider time)
{
    /// <summary>The shortest and the longest time a message is taken to need to Gemini and its effect back.</summary>
    private static readonly TimeSpan ShortestRoundTrip = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRoundTrip = TimeSpan.FromMilliseconds(500);

    // Texts and answers are rare; a server that never gives a handle must not make them pile up.
    private const int MaxKept = 256;

    private readonly Lock _lock = new();
    private readonly CallerVoice _voice = new(audio);
    private readonly SentMessages _sent = new(time);
    private readonly Queue<byte[]> _opening = new();
    private readonly List<Entry> _entries = [];
    private int _next;
    private bool _textsMayWait; // of the opening or the entries: a frame need not look at them, which are not in the processor's cache
    private Pending _pending;
    private long _position;
    private long _reached;
    private long _reachedTo;
    private TimeSpan _roundTrip = LongestRoundTrip;
    private long _setupSent;

    private enum Pending
    {
        Opening,
        Entry,
        Audio,
    }

    /// <summary>Samples of the caller, 8 kHz, that were sent at least once.</summary>
    public long SentSamples => Interlocked.Read(ref _reached);

    /// <summary>How much of the caller's audio waited when the last message was sent; asked by the loop that writes.</summary>
    public TimeSpan Behind => _voice.Behind;

    /// <summary>The position of the caller's audio that Gemini has certainly taken in by now.</summary>
    public long Consumed
    {
        get
        {
            lock (_lock)
            {
                return _sent.PositionAfter(_sent.SentBefore(_roundTrip)) ?? _position;
            }
        }
    }

    /// <summary>Whether there are texts or answers that no handle holds.</summary>
    public bool HasUnconsumed
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count > 0;
            }
        }
    }

    /// <summary>The position up to which audio was sent.</summary>
    public long Position
    {
        get
        {
            lock (_lock)
            {
                return _position;
            }
        }
    }

    /// <summary>Sends a message as soon as there is a connection.</summary>
    /// <param name="message">A text or a function's answer.</param>
    /// <param name="isText">Whether it means something to a session that begins with the transcript too; a function's answer does not.</param>
    public void Send(byte[] message, bool isText)
    {
        Add(message, isText);
        due.Set();
    }

    /// <summary>The same without waking the loop that sends, for whoever holds a lock; <see cref="Wake"/> follows.</summary>
    public void Add(byte[] message, bool isText)
    {
        lock (_lock)
        {
            if (_entries.Count == MaxKept && _next > 0)
            {
                _entries.RemoveAt(0);
                _next--;
            }

            _entries.Add(new Entry(message, isText));
            _textsMayWait = true;
        }
    }

    /// <summary>Wakes the loop that sends.</summary>
    public void Wake() => due.Set();

    /// <summary>A new connection sends its <c>setup</c>, and will then go on from a position.</summary>
    /// <param name="from">Where the state it begins with ends.</param>
    /// <param name="resumes">Whether it begins with the newest handle, so that all since then is sent again; otherwise only texts since the position are.</param>
    /// <param name="opening">What is sent before all else.</param>
    public void Begin(long from, bool resumes, IEnumerable<byte[]> opening)
    {
        lock (_lock)
        {
            if (!resumes)
            {
                _entries.RemoveAll(entry => !entry.IsText || (entry.Position is { } sentAt && sentAt < from));
            }

            (_next, _textsMayWait) = (0, true);
            _opening.Clear();
            foreach (var message in opening)
            {
                _opening.Enqueue(message);
            }

            _voice.Rewind(from);
            _position = _voice.Position;
            _sent.Begin(_position);
            _setupSent = time.GetTimestamp();
        }
    }

    /// <summary>Forgets the texts and answers that were sent: Gemini refused something, and it must not be sent again.</summary>
    public void ForgetSent()
    {
        lock (_lock)
        {
            _entries.RemoveRange(0, _next);
            _next = 0;
        }
    }

    /// <summary>The connection may be written to: how long that took bounds the round trip.</summary>
    public void WentLive()
    {
        lock (_lock)
        {
            var took = time.GetElapsedTime(_setupSent);
            _roundTrip = took < ShortestRoundTrip ? ShortestRoundTrip : took < _roundTrip ? took : _roundTrip;
        }
    }

    /// <summary>
    /// A handle came. Returns the position its state ends at: exactly when the server tells the last message it consumed,
    /// else the earliest it can be, because what is sent twice is better than what is lost.
    /// </summary>
    public (long Position, long Doubtful) HandleCame(long? lastConsumed)
    {
        lock (_lock)
        {
            var index = lastConsumed is { } told && _sent.PositionAfter(told) is not null ? told : _sent.SentBefore(_roundTrip);
            var position = _sent.PositionAfter(index) ?? _position;
            var consumed = 0;
            while (consumed < _next && _entries[consumed].Index <= index)
            {
                consumed++;
            }

            _entries.RemoveRange(0, consumed);
            _next -= consumed;
            return (position, lastConsumed == index ? 0 : _position - position);
        }
    }

    /// <summary>Audio before a position is not needed any more.</summary>
    public void Release(long position)
    {
        lock (_lock)
        {
            _voice.Release(Math.Min(position, _position));
        }
    }

    /// <summary>The next message for the connection, valid until the next call; empty when nothing waits. Call <see cref="WasSent"/> once it is.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        lock (_lock)
        {
            var upTo = long.MaxValue;
            if (_textsMayWait && TryNextText(out var text, ref upTo))
            {
                return text;
            }

            _pending = Pending.Audio;
            var audio = _voice.Next(upTo);
            _position = _voice.Position;
            return audio;
        }
    }

    /// <summary>The message was sent. Returns whether another may wait.</summary>
    public bool WasSent()
    {
        lock (_lock)
        {
            switch (_pending)
            {
                case Pending.Opening:
                    _opening.Dequeue();
                    _sent.Add(_position);
                    break;
                case Pending.Entry:
                    _sent.Add(_position);
                    _entries[_next].Position ??= _position;
                    _entries[_next++].Index = _sent.Newest;
                    break;
                case Pending.Audio:
                    var samples = _voice.WasSent();
                    _position = _voice.Position;
                    _sent.Add(_position);
                    _reached += Math.Clamp(_position - _reachedTo, 0, samples);
                    _reachedTo = Math.Max(_reachedTo, _position);
                    return _voice.Behind > TimeSpan.Zero || _textsMayWait;
            }

            return true;
        }
    }

    // False where it is audio's turn, up to the next text's position.
    private bool TryNextText([NotNullWhen(true)] out byte[]? text, ref long upTo)
    {
        if (_opening.TryPeek(out text))
        {
            _pending = Pending.Opening;
            return true;
        }

        if (_next == _entries.Count)
        {
            _textsMayWait = false;
            return false;
        }

        var entry = _entries[_next];
        if (entry.Position is { } at && at > _position)
        {
            upTo = at;
            return false;
        }

        (_pending, text) = (Pending.Entry, entry.Message);
        return true;
    }

    private sealed class Entry(byte[] message, bool isText)
    {
        public byte[] Message { get; } = message;

        public bool IsText { get; } = isText;

        /// <summary>Where the caller's audio stood when it was first sent; null before.</summary>
        public long? Position { get; set; }

        /// <summary>Its index on the connection that sent it last.</summary>
        public long Index { get; set; }
    }
}
